// The sandbox as the upstream of the live bench, with one task.
import { startSandbox } from '../dist/index.js';

const { url } = await startSandbox({ settings: { tasks: 0, rateLimit: 'off' } });
process.send({ url });
