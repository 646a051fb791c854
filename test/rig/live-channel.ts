/** The live channel as a page opens it, with everything that it hears. */
import { once } from 'node:events';
import { expect } from 'vitest';
import { WebSocket } from 'ws';

export interface Channel {
  readonly socket: WebSocket;
  readonly heard: { readonly type: string; readonly data: Readonly<Record<string, unknown>> }[];
  /** Resolves with the code that it was closed with, or the status that it was refused with. */
  readonly over: Promise<number>;
  say(message: object): void;
  /** Asks for a QR code, and returns its id. */
  create(data?: object): Promise<string>;
  /** Asks to be told how a push request ends. */
  watch(challengeId: string): void;
}

/** `url` begins with `ws:`; `credential` is `token.<token>` or `tenant.<id>`. */
export async function openChannel(
  url: string,
  credential: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Channel> {
  const socket = new WebSocket(url, ['authsignal-ws', `x.authsignal.${credential}`], { headers });
  const heard: Channel['heard'] = [];
  socket.on('error', () => undefined);
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString('utf8')) as Channel['heard'][number]));
  const over = new Promise<number>((resolve) => {
    socket.on('close', (code) => resolve(code));
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
  });
  await Promise.race([once(socket, 'open'), over]);
  const say = (message: object) => socket.send(JSON.stringify(message));
  return {
    socket,
    heard,
    over,
    say,
    async create(data = { actionCode: 'pay' }) {
      const before = heard.length;
      say({ type: 'CREATE_CHALLENGE', data: { challengeType: 'QR_CODE', ...data } });
      await expect.poll(() => heard.length).toBeGreaterThan(before);
      return String(heard.at(-1)?.data['challengeId']);
    },
    watch: (challengeId) => say({ type: 'WATCH_CHALLENGE', data: { challengeType: 'PUSH', challengeId } }),
  };
}
