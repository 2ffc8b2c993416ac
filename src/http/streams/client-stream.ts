import type { ServerResponse } from 'node:http';
import type { StreamProtocol } from './stream-protocol.js';

/** Time without a frame until a keep-alive. Clients and proxies may count on one every 10 s. */
const KEEP_ALIVE_MS = 9_000;

/** How long a client may take to read a frame. */
const MAX_READ_MS = 60_000;

/** Calls `callback` once after `ms`. Returns a function that cancels it. */
export type After = (ms: number, callback: () => void) => () => void;

/**
 * Writes frames to one client. Sends a keep-alive if there is no frame for some time, and disconnects a client that doesn't
 * read.
 */
export class ClientStream {
  /** Frames that the client has not taken. */
  private unread = 0;
  /** Resolves the write in flight. */
  private onLeave: (() => void) | undefined;
  private cancelTimer: (() => void) | undefined;

  /** `onClose` is called once, when the client has left or was sent all. */
  constructor(
    private readonly raw: ServerResponse,
    private readonly protocol: StreamProtocol,
    private readonly after: After,
    onClose: () => void,
  ) {
    raw.once('close', () => {
      this.cancelTimer?.();
      this.onLeave?.();
      onClose();
    });
    // A client that left while a frame was written is no error.
    raw.on('error', ignore);
  }

  /** Resolves when the client took the frame, as far as its connection tells: false if it has left. */
  write(frame: string | Buffer): Promise<boolean> {
    const { raw } = this;
    if (raw.destroyed) return Promise.resolve(false);
    if (this.unread++ === 0) this.startTimer();
    return new Promise((resolve) => {
      this.onLeave = () => {
        resolve(false);
      };
      raw.write(frame, (error) => {
        this.unread -= 1;
        if (!raw.destroyed) this.startTimer();
        resolve(!error);
      });
    });
  }

  /** Ends the stream. The client may take a while to read the rest. */
  end(): void {
    if (this.raw.destroyed) return;
    if (this.unread++ === 0) this.startTimer();
    this.raw.end(this.protocol.end);
  }

  /** Disconnects the client. */
  destroy(): void {
    const { raw } = this;
    raw.destroy();
    // A response that waits for another one on its connection emits nothing.
    if (raw.socket === null && !raw.writableFinished) raw.emit('close');
  }

  private startTimer(): void {
    this.cancelTimer?.();
    this.cancelTimer =
      this.unread > 0
        ? this.after(MAX_READ_MS, () => {
            this.destroy();
          })
        : this.after(KEEP_ALIVE_MS, () => void this.write(this.protocol.keepAlive));
  }
}

function ignore(): void {
  // See its use.
}
