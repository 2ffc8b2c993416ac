import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { Request } from 'got';

/** Calls back when the first byte of a call may have left: once its connection is made, and secured where it is to be. */
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
