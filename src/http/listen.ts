import type { FastifyInstance } from 'fastify';

export interface Listener {
  /** The port that the server listens on. */
  readonly port: number;
  /**
   * Stops gracefully: `/readyz` starts to refuse while the server keeps serving for `drainMs`. Then it accepts no new
   * connections, closes idle ones and finishes requests in flight, for at most 25 seconds.
   */
  stop(drainMs: number): Promise<void>;
}

/** How long requests in flight may take once the server stops, in milliseconds. */
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
