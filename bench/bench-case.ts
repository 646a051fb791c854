import type { OwnPostgresRig } from '../test/rig/postgres.ts';

/** Durations and amounts, the same for every case of one run. */
export interface BenchSettings {
  readonly rounds: number;
  /** Once for each server, before the first round: until its code is compiled and its caches are full. */
  readonly firstWarmupMs: number;
  /** Before each slice. */
  readonly warmupMs: number;
  readonly measureMs: number;
  readonly connections: number;
  readonly poolSize: number;
  /** Number of users; each connection draws its users from them at random. */
  readonly users: number;
  readonly fewActions: number;
  readonly manyActions: number;
}

export const fullSettings: BenchSettings = {
  rounds: 7,
  firstWarmupMs: 15_000,
  warmupMs: 1_000,
  measureMs: 3_000,
  connections: 32,
  poolSize: 10,
  users: 100_000,
  fewActions: 1_000,
  manyActions: 1_000_000,
};

/** For a quick look during development: too few rounds to publish. */
export const quickSettings: BenchSettings = {
  ...fullSettings,
  rounds: 3,
  firstWarmupMs: 5_000,
  warmupMs: 1_000,
  measureMs: 2_000,
  manyActions: 100_000,
};

export interface BenchRun {
  readonly settings: BenchSettings;
  /** One durable PostgreSQL for all cases; each case creates its own databases in it. */
  readonly postgres: OwnPostgresRig;
  /** Reports progress to the person who waits; not part of the result. */
  say(text: string): void;
}

/** One measurement. `run` returns the result as Markdown. */
export interface BenchCase {
  readonly name: string;
  readonly title: string;
  run(run: BenchRun): Promise<string>;
}
