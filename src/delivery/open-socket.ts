import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { ResolvedAddress } from './names.ts';

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Connects by TCP to a port of one of these addresses, tried in turn. Looks up no names. */
export async function openSocket(
  { host, port }: Target,
  addresses: readonly ResolvedAddress[],
  signal: AbortSignal,
): Promise<Socket> {
  signal.throwIfAborted();
  const socket = connect({
    host,
    port,
    lookup: (_host, options, done) => {
      const [first] = addresses;
      if (options.all === true) done(null, [...addresses]);
      else done(null, first?.address ?? '', first?.family ?? 4);
    },
  });
  // The user of the socket handles later errors; without a listener an error would end the process.
  socket.on('error', () => undefined);
  return new Promise((done, fail) => {
    const stop = () => {
      socket.destroy();
      fail(signal.reason instanceof Error ? signal.reason : new Error('It took too long.'));
    };
    signal.addEventListener('abort', stop, { once: true });
    socket.once('error', (error) => {
      signal.removeEventListener('abort', stop);
      fail(error);
    });
    socket.once('connect', () => {
      signal.removeEventListener('abort', stop);
      done(socket);
    });
  });
}
