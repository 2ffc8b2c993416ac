// Exits with one line if Node is too old for the bundle. Uses syntax that every Node can parse. dist/main.js begins
// with this text, so it may neither import nor require.
(function () {
  var version = process.versions.node.split('.');
  if (version[0] > 20 || (version[0] == 20 && version[1] >= 19)) return;
  process.stderr.write('Node 20.19 or newer is needed: this is Node ' + process.versions.node + '\n');
  process.exit(1);
})();
