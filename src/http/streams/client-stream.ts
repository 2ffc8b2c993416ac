import type { ServerResponse } from 'node:http';
import type { StreamProtocol } from './stream-protocol.js';

/** Seconds without a frame until a keep-alive. Clients and proxies may count on one every 10 s. */
const KEEP_ALIVE_SECONDS = 9;

/** How long a client may take to read a frame. */
const MAX_READ_SECONDS = 60;

/**
 * Writes frames to one client. Sends a keep-alive if there is no frame for some time, and disconnects a client that doesn't
 * read.
 */
export class ClientStream {
  /** Frames that the client has not taken. */
  private unread = 0;
  /** Resolves the write in flight. */
  private onLeave: (() => void) | undefined;
  /** Ticks since a frame was written or taken. */
  private seconds = 0;

  /** `onClose` is called when the client has left or was sent all, perhaps more than once. */
  constructor(
    private readonly raw: ServerResponse,
    private readonly protocol: StreamProtocol,
    onClose: () => void,
  ) {
    // `once` would keep more in memory for each stream.
    raw.on('close', () => {
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
    if (this.unread++ === 0) this.seconds = 0;
    return new Promise((resolve) => {
      this.onLeave = () => {
        resolve(false);
      };
      raw.write(frame, (error) => {
        this.unread -= 1;
        this.seconds = 0;
        resolve(!error);
      });
    });
  }

  /** Ends the stream. The client may take a while to read the rest. */
  end(): void {
    if (this.raw.destroyed) return;
    if (this.unread++ === 0) this.seconds = 0;
    this.raw.end(this.protocol.end);
  }

  /** Disconnects the client. */
  destroy(): void {
    const { raw } = this;
    raw.destroy();
    // A response that waits for another one on its connection emits nothing.
    if (raw.socket === null && !raw.writableFinished) raw.emit('close');
  }

  /** Call it every second. */
  tick(): void {
    this.seconds += 1;
    if (this.unread === 0) {
      if (this.seconds >= KEEP_ALIVE_SECONDS) void this.write(this.protocol.keepAlive);
    } else if (this.seconds >= MAX_READ_SECONDS) this.destroy();
  }
}

function ignore(): void {
  // See its use.
}
