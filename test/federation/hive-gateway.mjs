// Hive Gateway in a process of its own, since it doesn't run in Jest's realm: takes the supergraph on standard input,
// and says its origin on standard output.
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { gatewayConfig } from '../../schema/gateway.config.mjs';

const supergraph = (await process.stdin.setEncoding('utf8').toArray()).join('');
const gateway = createGatewayRuntime({ supergraph, logging: false, ...gatewayConfig });
const server = createServer(gateway).listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}\n`);
});
process.on('SIGTERM', () => process.exit(0));
