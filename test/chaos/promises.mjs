// What the runs of this folder share: promises that can be broken, and chance.

/** Broken promises. */
const broken = new Set();
let unhandled = 0;
process.on('unhandledRejection', () => unhandled++);

/** Most broken promises to print. */
const MOST = 20;

export const say = (line) => process.stdout.write(`${line}\n`);
export const promise = (kept, text) => {
  if (!kept) broken.add(text);
};
/** Returns how many rejections nobody has handled so far. */
export const unhandledRejections = () => unhandled;

/** Prints the broken promises. The process will exit with 1 if there are any. */
export function judge() {
  for (const text of [...broken].slice(0, MOST)) say(`BROKEN: ${text}`);
  process.exitCode = broken.size === 0 ? 0 : 1;
}

export const between = (low, high) => low + Math.random() * (high - low);
export const pick = (list) => list[Math.floor(Math.random() * list.length)];
