/**
 * Everything that differs between two runs: time, randomness, ids, timers and keys. Handed in, never ambient, so that a
 * test of a 30-day window takes a millisecond and a golden file needs no scrubbing.
 */
import type { JsonWebKey } from 'node:crypto';

export interface Clock {
  /** Milliseconds since the epoch by the database's clock (never the client's, see {@link anchorTo}). */
  now(): number;
  /** Milliseconds that only pass, whatever any clock is set to: for durations within this process. */
  steady(): number;
  /**
   * Sets the clock to the database's time; from then on it advances by the process's monotonic clock. It never goes back:
   * where the database's clock did, this one stands still until the other has caught up, so that nothing that has expired
   * is valid again (F14). Returns by how many milliseconds the database's clock has moved against this process's
   * since the last call; 0 the first time.
   */
  anchorTo(databaseNowMs: number): number;
  /** How far a time is from the machine's own clock, in milliseconds; absent in a virtual runtime. */
  apartFrom?(databaseNowMs: number): number;
}

export interface Random {
  /** `size` bytes from a cryptographically secure generator. */
  bytes(size: number): Buffer;
}

export interface Ids {
  /** A time-ordered UUID (RFC 9562 §5.7, version 7): neighbours in time are neighbours in an index. Never a secret. */
  uuid(): string;
  /** The same, for something that happened at `timeMs`: its first 48 bits are that time. */
  uuidAt(timeMs: number): string;
}

export interface Timers {
  /** Calls `run` every `intervalMs`, never overlapping itself and never keeping the process alive. Returns a stop. */
  every(intervalMs: number, run: () => Promise<void> | void): () => void;
  /** Resolves after `ms`. */
  wait(ms: number): Promise<void>;
  /**
   * A signal that aborts after `ms` and does not keep the process alive: how long to wait for the world outside. It counts
   * real time in every runtime, because a server at the other end of a connection lives in real time.
   */
  timeout(ms: number): AbortSignal;
}

/** A private key as PKCS #8, its public key as JWK. */
export interface NewKeyPair {
  readonly privateKey: Buffer;
  readonly publicJwk: JsonWebKey;
}

export interface Keys {
  /** A new RSA key pair of 2048 bits for RS256 (RFC 7518 §3.3). Takes a tenth of a second, off the event loop. */
  rsa(): Promise<NewKeyPair>;
}

/**
 * A slow salted hash, off the event loop. Few run at once and few wait, so that parallel guesses cannot exhaust memory or the
 * thread pool. Owners (tenants, or whoever asks) take turns.
 * @throws {TurnsBusy}
 */
export type SlowHash = (secret: string, salt: Buffer, owner: unknown) => Promise<Buffer>;

export interface Runtime {
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly timers: Timers;
  readonly keys: Keys;
  /** Of recovery codes. */
  readonly slowHash: SlowHash;
  /** Of passwords, slower. */
  readonly passwordHash: SlowHash;
}
