/**
 * Everything that differs between two runs: time, randomness, ids, timers and keys. Handed in, never ambient, so that a
 * test of a 30-day window takes a millisecond and a golden file needs no scrubbing.
 */
import type { JsonWebKey } from 'node:crypto';

export interface Clock {
  /** Milliseconds since the epoch by the database's clock (never the client's, see {@link anchorTo}). */
  now(): number;
  /** Sets the clock to the database's time; from then on it advances by the process's monotonic clock. */
  anchorTo(databaseNowMs: number): void;
  /** How far a time is from the machine's own clock, in milliseconds; absent where time is driven by a test. */
  apartFrom?(databaseNowMs: number): number;
}

export interface Random {
  /** `size` bytes from a cryptographically secure generator. */
  bytes(size: number): Buffer;
}

export interface Ids {
  /** A time-ordered UUID (RFC 9562 §5.7, version 7): neighbours in time are neighbours in an index. Never a secret. */
  uuid(): string;
}

export interface Timers {
  /** Calls `run` every `intervalMs`, never overlapping itself and never keeping the process alive. Returns a stop. */
  every(intervalMs: number, run: () => Promise<void> | void): () => void;
  /** Resolves after `ms`. */
  wait(ms: number): Promise<void>;
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

export interface Runtime {
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly timers: Timers;
  readonly keys: Keys;
}
