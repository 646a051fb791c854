import { atLeast, counted, dayMs, minuteMs } from './finding.ts';
import type { Finding } from './finding.ts';

/** What is known of the installation as a whole. */
export interface InstallationFacts {
  readonly nowMs: number;
  /** What this node lacks to serve requests, in the words of `/readyz`. */
  readonly lacks: readonly string[];
  readonly nodes: number;
  /** Until when actions have tables by month; undefined for none. */
  readonly preparedUntilMs: number | undefined;
  /** Actions that are in no month's table. */
  readonly actionsWithoutMonth: number;
  /** Providers that this node passes over now, once for each tenant and method. */
  readonly openBreakers: readonly string[];
  readonly jobs: readonly {
    readonly name: string;
    readonly state: 'fine' | 'running' | 'new' | 'late' | 'failed';
    readonly errorClass: string | null;
    readonly endedAtMs: number | null;
  }[];
  readonly waiting: readonly {
    readonly what: string;
    readonly jobName: string;
    readonly waiting: number;
    readonly isCapped: boolean;
    readonly dueSinceMs: number | null;
  }[];
}

const meanings: Readonly<Record<string, readonly [text: string, fix: string]>> = {
  stopping: ['It is being stopped.', 'Nothing is to be done if that was meant.'],
  database: ['The database does not answer.', 'Look whether it runs and can be reached; run "sallyport doctor".'],
  writes: ['The database has taken no write of late.', 'Look whether it is a standby, full or overloaded.'],
  settings: ['Sessions of the database lack our settings.', 'See the guide on poolers; run "sallyport doctor".'],
  clock: ['The clock of the database is wrong.', 'Set it by NTP; run "sallyport doctor".'],
  release: ['The database is of a later release.', 'Run the release that has changed it.'],
  migrations: ['The schema is behind this release.', 'Run "sallyport migrate".'],
  keys: ['This node does not know the newest configuration.', 'Look at its log: it could not read it.'],
};

const lateMs = 5 * minuteMs;

/** What is well on this installation and what is not, with what to do. */
export function installationFindings(facts: InstallationFacts): readonly Finding[] {
  const { nowMs, lacks, nodes, openBreakers, jobs, waiting } = facts;
  const troubled = jobs.filter(({ state }) => state === 'failed' || state === 'late');
  return [
    ...lacks.map((word): Finding => {
      const [text, fix] = meanings[word] ?? [`This node is not ready: ${word}.`, 'Run "sallyport doctor".'];
      return { area: 'node', state: 'fault', text, fix };
    }),
    ...(lacks.length === 0 ? [{ area: 'node', state: 'ok' as const, text: 'This node is ready.' }] : []),
    { area: 'node', state: 'ok', text: `${counted(nodes, 'node')} of this installation answered within a minute.` },
    ...troubled.map(({ name, state, errorClass, endedAtMs }): Finding => ({
      area: 'jobs',
      state: 'fault',
      text: state === 'failed' ? `${name}: its last run failed (${errorClass ?? 'unknown'}).` : `${name}: late.`,
      atMs: endedAtMs ?? undefined,
      fix:
        state === 'failed'
          ? 'The log of the node that ran it has the error. It is tried again by itself.'
          : 'Look whether a node runs, and whether the database is overloaded.',
    })),
    ...(troubled.length === 0 ? [{ area: 'jobs', state: 'ok' as const, text: 'Every job ran when it was due.' }] : []),
    ...waiting.map(({ what, jobName, waiting: count, isCapped, dueSinceMs }): Finding => {
      const text = `${what}: ${count === 0 ? 'nothing waits' : `${atLeast(isCapped, count.toLocaleString('en'))} wait`}.`;
      return dueSinceMs === null || nowMs - dueSinceMs < lateMs
        ? { area: 'waiting', state: 'ok', text }
        : { area: 'waiting', state: 'warning', text, atMs: dueSinceMs, fix: `See the job ${jobName}, and its log.` };
    }),
    ...monthFindings(facts),
    ...[...new Set(openBreakers)].map((provider): Finding => ({
      area: 'providers',
      state: 'warning',
      text: `${provider}: it did not answer this node of late, so it is passed over for ${counted(openBreakers.filter((one) => one === provider).length, 'configuration')}.`,
      fix: 'Look at the status page of the provider. It is tried again every half minute.',
    })),
  ];
}

/** All that can be said where the database does not answer soon. */
export const unansweredFinding: Finding = {
  area: 'database',
  state: 'fault',
  text: 'The database did not answer in time, so the installation could not be looked at.',
  fix: 'Look again in a minute. If it goes on: look whether the database is overloaded, and run "sallyport doctor".',
};

const preparedLeastMs = 31 * dayMs;

function monthFindings({ nowMs, preparedUntilMs, actionsWithoutMonth }: InstallationFacts): readonly Finding[] {
  const area = 'months';
  const fix = 'See the job prepare-months: the role that it runs as must be the owner of the tables.';
  const isAhead = preparedUntilMs !== undefined && preparedUntilMs - nowMs >= preparedLeastMs;
  return [
    isAhead
      ? { area, state: 'ok', text: 'Actions have tables for the months ahead; the last ends', atMs: preparedUntilMs }
      : { area, state: 'fault', text: 'Actions have no tables for the months ahead.', atMs: preparedUntilMs, fix },
    ...(actionsWithoutMonth === 0
      ? []
      : [
          {
            area,
            state: 'fault' as const,
            text: `${counted(actionsWithoutMonth, 'action')} in no table of a month: searching them is slow.`,
            fix: `${fix} Look at the clocks too.`,
          },
        ]),
  ];
}
