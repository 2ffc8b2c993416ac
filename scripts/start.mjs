// Prepares the checkout and serves from it in this same process, so that signals reach the gateway.
import './setup.mjs';

await import('../dist/main.js');
