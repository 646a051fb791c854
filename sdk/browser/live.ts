/** The live channel, as far as pages use it: a socket for one exchange, which ends with it. */
import type { Client } from './client.ts';

/** A message from the server. */
export interface LiveMessage {
  readonly type: string;
  readonly data: {
    readonly challengeId: string;
    readonly state?: string;
    readonly accessToken?: string;
    readonly rejection?: string;
  };
}

/** What is said over a connection and heard from it. */
export interface LiveTalk {
  opened(say: (message: object) => void): void;
  heard(message: LiveMessage): void;
  /** Called once, when the connection has ended from the other side, or never came about. */
  lost(): void;
}

/**
 * Opens a connection with the client's token. Returns what closes it.
 * @throws whatever a browser without WebSocket, or one that may not open it, throws
 */
export function openLive(client: Client, talk: LiveTalk): () => void {
  const socket = new WebSocket(client.liveUrl, ['authsignal-ws', `x.authsignal.token.${client.token}`]);
  let isOver = false;
  socket.onopen = () => talk.opened((message) => socket.send(JSON.stringify(message)));
  socket.onmessage = ({ data }) => {
    if (!isOver) talk.heard(JSON.parse(String(data)) as LiveMessage);
  };
  socket.onclose = () => {
    if (!isOver) talk.lost();
    isOver = true;
  };
  return () => {
    isOver = true;
    socket.close();
  };
}
