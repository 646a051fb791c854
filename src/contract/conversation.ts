/** A live connection, as an operation uses it. What frames it, counts it and keeps it alive is the server's. */

/** Why a connection ends, as both sides can read it (RFC 6455 §7.4). */
export const lineEnds = {
  /** What was sent is not accepted. */
  refused: 1008,
  /** Nothing was said for too long. */
  idle: 1001,
  /** The server stops; another node may take over. */
  restart: 1012,
  /** There is no room now. */
  busy: 1013,
  /** Something went wrong in the server. */
  failed: 1011,
  /** The token has expired. */
  expired: 4401,
} as const;
export type LineEnd = keyof typeof lineEnds;

/** The server's end of a connection. */
export interface Line<Said> {
  /** Sends a message; nothing once the connection has ended. */
  say(message: Said): void;
  end(why: LineEnd): void;
}

/** The other side of it. */
export interface Conversation<Heard> {
  /** When the connection ends, in Unix milliseconds; undefined if it may stay. */
  readonly endsAtMs: number | undefined;
  /**
   * Called with one message at a time. @throws {Refusal} which the other side is told, and the connection ends: official
   * SDKs know no message for an error.
   */
  hear(message: Heard): Promise<void>;
  /** Called once, when the connection has ended. */
  ended(): void;
}

/** What an operation of a live route returns: called with the line once the connection is upgraded. */
export type Converse<Said, Heard> = (line: Line<Said>) => Conversation<Heard>;
