import type { OwnPostgresRig } from '../test/rig/postgres.ts';

/** How long and how much: the same for every case of one run. */
export interface BenchSettings {
  readonly rounds: number;
  /** Once for each server, before the first round: until its code is compiled and its caches are full. */
  readonly firstWarmupMs: number;
  /** Before each slice. */
  readonly warmupMs: number;
  readonly measureMs: number;
  readonly connections: number;
  readonly poolSize: number;
  /** Users that exist; every connection draws its users from them at random. */
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

/** For a fast look while working on something: too few rounds to publish. */
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
  /** One durable PostgreSQL for all cases; each case makes its own databases in it. */
  readonly postgres: OwnPostgresRig;
  /** Tells the person who waits what is going on; not part of the result. */
  say(text: string): void;
}

/** One thing that is measured. `run` gives the result as Markdown. */
export interface BenchCase {
  readonly name: string;
  readonly title: string;
  run(run: BenchRun): Promise<string>;
}
