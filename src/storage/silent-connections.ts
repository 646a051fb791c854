import { Client } from 'pg';
import type { QueryConfig } from 'pg';
import { connectTo } from './connect-to.ts';
import { realPause } from '../runtime/real-pause.ts';

/** A process of the server. Its number alone is not enough, because numbers are reused. */
export interface Backend {
  readonly pid: number;
  readonly startedAt: string;
}

const lookMs = 1_000;
const connectMs = 2_000;
/** How long a connection is kept if it cannot be determined whether it lives. */
const unknownMaxMs = 60_000;

// In one expression that is evaluated only for our own processes: the planner orders the conditions of a statement as
// it likes, and could otherwise end the sessions of others.
const lookText = `select s.pid from unnest($1::int[], $2::text[]) as ours (pid, started_at), pg_stat_activity s
  where case when s.pid = ours.pid and extract(epoch from s.backend_start)::text = ours.started_at
    then s.state = 'active' or not pg_terminate_backend(s.pid) else false end`;

/**
 * Connections on which nothing came for too long during a call. A server that waits for something (a lost synchronous
 * standby) still has the statement and will run it, so opening another connection for each would use up all of its
 * connections. So they stay until they answer, or until the server is seen not to work for them any more.
 */
export class SilentConnections {
  private readonly url: () => string;
  private readonly clients = new Map<Client, { readonly backend: Backend | undefined; looks: number }>();
  private isClosed = false;
  private isLooking = false;

  constructor(url: () => string) {
    this.url = url;
  }

  get size(): number {
    return this.clients.size;
  }

  has(client: Client): boolean {
    return this.clients.has(client);
  }

  /** `backend` is undefined behind a pooler that swaps sessions. */
  add(client: Client, backend: Backend | undefined): void {
    this.clients.set(client, { backend, looks: 0 });
    if (this.isClosed) client.connection.stream.destroy();
    else if (!this.isLooking) void this.look();
  }

  delete(client: Client): void {
    this.clients.delete(client);
  }

  /** Stops waiting for all of them. */
  close(): void {
    this.isClosed = true;
    for (const client of this.clients.keys()) client.connection.stream.destroy();
  }

  private async look(): Promise<void> {
    this.isLooking = true;
    while (this.clients.size > 0 && !this.isClosed) {
      await realPause(lookMs);
      const looked = [...this.clients];
      const backends = looked.flatMap(([, { backend }]) => backend ?? []);
      const alive = backends.length === 0 ? undefined : await this.livingOf(backends).catch(() => undefined);
      for (const [client, entry] of looked) {
        entry.looks += 1;
        const isDead =
          entry.backend === undefined ? entry.looks * lookMs >= unknownMaxMs : alive?.has(entry.backend.pid) === false;
        // It fails the pending call, and closes the connection.
        if (isDead) client.connection.stream.destroy();
      }
    }
    this.isLooking = false;
  }

  /**
   * The server processes that still work on their call. Those that do not, and whose response was lost, are terminated:
   * nothing reads their response any more.
   */
  private async livingOf(backends: readonly Backend[]): Promise<ReadonlySet<number>> {
    const client = new Client({ ...connectTo(this.url()), connectionTimeoutMillis: connectMs });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ pid: number }>({
        text: lookText,
        values: [backends.map(({ pid }) => pid), backends.map(({ startedAt }) => startedAt)],
        query_timeout: connectMs,
      } as QueryConfig);
      return new Set(rows.map(({ pid }) => pid));
    } finally {
      void endSoon(client);
    }
  }
}

/** Closes a connection, even if the other side has vanished silently. */
export async function endSoon(client: Client): Promise<void> {
  const { stream } = client.connection;
  await Promise.race([client.end().catch(() => undefined), realPause(lookMs)]);
  stream.destroy();
}
