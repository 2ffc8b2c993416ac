// Draws a CPU profile as a flame graph: node bench/flame.mjs PROFILE.cpuprofile PICTURE.svg [share of the time to skip]
import { readFileSync, writeFileSync } from 'node:fs';

const [profileFile, pictureFile, skip = '0.5'] = process.argv.slice(2);
const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(profileFile, 'utf8'));
const byId = new Map(nodes.map((node) => [node.id, { ...node, time: 0 }]));
samples.forEach((id, index) => {
  if (index > samples.length * Number(skip)) byId.get(id).time += timeDeltas[index];
});

/** The package of a function: the bundle has a file for each, and `gateway` is the gateway's own code. */
const packageOf = (url) =>
  /\/dist\/bundle\/(.+)\.js$/.exec(url)?.[1] ?? (url.startsWith('node:') ? 'node' : 'v8');
const hue = (text) => [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);
const escape = (text) => text.replace(/[<>&"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Builds the call tree. Groups the calls of a function by the same caller; leaves out idle time. */
function build(ids) {
  const groups = new Map();
  for (const id of ids) {
    const { callFrame, children = [], time } = byId.get(id);
    if (callFrame.functionName === '(idle)') continue;
    const label = `${callFrame.functionName || '(anonymous)'} · ${packageOf(callFrame.url)}`;
    const group = groups.get(label) ?? { label, package: packageOf(callFrame.url), self: 0, children: [] };
    group.self += time;
    group.children.push(...children);
    groups.set(label, group);
  }
  return [...groups.values()].map((group) => {
    const below = build(group.children);
    return { ...group, below, total: below.reduce((sum, { total }) => sum + total, group.self) };
  });
}

const [root] = build([nodes[0].id]);
const WIDTH = 1400;
const ROW = 15;
const boxes = [];
let deepest = 0;
function draw(node, x, depth) {
  const width = (node.total / root.total) * WIDTH;
  if (width < 1.5) return;
  deepest = Math.max(deepest, depth);
  const text = width > 40 ? escape(node.label.slice(0, Math.floor(width / 6))) : '';
  boxes.push(
    `<g><title>${escape(node.label)} ${((node.total / root.total) * 100).toFixed(1)} %</title><rect x="${x.toFixed(1)}" y="${depth * ROW}" width="${width.toFixed(1)}" height="${ROW - 1}" fill="hsl(${hue(node.package)} 65% 72%)"/><text x="${(x + 2).toFixed(1)}" y="${depth * ROW + 11}">${text}</text></g>`,
  );
  let at = x;
  for (const child of node.below.sort((a, b) => b.total - a.total)) {
    draw(child, at, depth + 1);
    at += (child.total / root.total) * WIDTH;
  }
}
draw(root, 0, 0);
const height = (deepest + 1) * ROW;
writeFileSync(
  pictureFile,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="10"><rect width="100%" height="100%" fill="#fff"/>${boxes.join('\n')}</svg>\n`,
);
