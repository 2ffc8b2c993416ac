import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { Request } from 'got';

/** How far a call that changes something got: not sent, sent with an unknown result, refused, or applied. */
export type Delivery = 'unsent' | 'sent' | 'refused' | 'applied';

/**
 * Returns what an answer means for what was sent. A 429 means that it was refused, even from an intermediary. Otherwise
 * an intermediary's answer means nothing, and neither does a 3xx or a 5xx.
 */
export function deliveryBy(status: number, isOwn: boolean | undefined): Delivery {
  if (isOwn === true && status >= 200 && status <= 299) return 'applied';
  if (status === 429 || (isOwn === true && status >= 400 && status <= 499)) return 'refused';
  return 'sent';
}

/**
 * Calls back when the first byte of a call might have left: once its connection is open, and also secure if it uses
 * TLS.
 */
export function onceSent(stream: Request, callback: () => void): void {
  stream.once('request', (request: ClientRequest) => {
    request.once('socket', (socket: Socket) => {
      if (request.reusedSocket) callback();
      else if ('encrypted' in socket) socket.once('secureConnect', callback);
      else if (socket.connecting) socket.once('connect', callback);
      else callback();
    });
  });
}
