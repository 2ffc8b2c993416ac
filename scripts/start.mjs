// Prepares the checkout, and serves from it in the same process, so that signals reach the gateway.
import './setup.mjs';

// Not awaited: an old Node must be able to parse this, to report that it is too old.
import('../dist/main.js');
