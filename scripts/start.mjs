// Prepares the checkout and serves from it in this same process, so that signals reach the gateway.
import './setup.mjs';

// Not awaited: an old Node must be able to read this, to say that it is too old.
import('../dist/main.js');
