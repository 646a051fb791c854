import type { FastifyInstance } from 'fastify';

export interface Listener {
  /** The port that is really used. */
  readonly port: number;
  /**
   * Stops gracefully: `isDraining` turns true so that `/readyz` refuses, the server goes on for `drainMs`, then accepts
   * nothing new, closes idle connections and finishes what is in flight, for 25 seconds at most.
   */
  stop(drainMs: number): Promise<void>;
}

/** What is in flight when the server stops has this long. */
export const finishMsMax = 25_000;

export async function listen(
  server: FastifyInstance,
  options: {
    readonly host: string;
    readonly port: number;
    startDraining(): void;
    wait(ms: number): Promise<void>;
  },
): Promise<Listener> {
  await server.listen({ host: options.host, port: options.port });
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  let stopping: Promise<void> | undefined;
  return {
    port,
    stop(drainMs) {
      stopping ??= (async () => {
        options.startDraining();
        await options.wait(drainMs);
        const closed = server.close();
        await Promise.race([closed, options.wait(finishMsMax)]);
        server.server.closeAllConnections();
        await closed;
      })();
      return stopping;
    },
  };
}
