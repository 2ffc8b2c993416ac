// The gateway as in production, except for the rate limit, which the stand-in upstream does not have.
import { readConfig, startGateway } from '../dist/index.js';

const { value } = readConfig({ ...process.env, PORT: '0', NODE_ENV: 'production', SAIL_RATE_LIMIT: 'off' });
const { url } = await startGateway(value);
process.send({ url });
process.on('message', () => process.send({ cpu: process.cpuUsage(), memory: process.memoryUsage.rss() }));
