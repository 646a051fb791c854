import type { App } from '../app.ts';
import type { Listener } from '../http/listen.ts';
import type { ServerLog } from '../http/logger.ts';

// How long requests may still take, for the others were not at fault; then how long their responses may.
const graceMs = 1_000;

/**
 * Ends the process after an exception or rejection that no one caught, with exit code 1 (F38): what it left undone is not
 * known, so its supervisor starts a new one. Open requests may finish within a second. Those that cannot, like the one
 * whose code failed, are answered with `unexpected_error`. Open transactions end with their connections.
 */
export function endOnFault(parts: {
  readonly app: App;
  readonly listener: Listener;
  readonly log: ServerLog;
  wait(ms: number): Promise<void>;
}): void {
  const { app, listener, log, wait } = parts;
  let ending: Promise<void> | undefined;

  async function end(error: Error): Promise<void> {
    const stopped = listener.stop(0).catch(() => undefined);
    await Promise.race([stopped, wait(graceMs)]);
    app.openRequests.fail(error);
    await Promise.race([stopped, wait(graceMs)]);
    await log.end();
    // eslint-disable-next-line n/no-process-exit -- the database must not be closed in order: its work is not in order
    process.exit(1);
  }

  // Rejections arrive here too.
  process.on('uncaughtException', (error, origin) => {
    log.logger.fatal({ err: error, origin, requests: app.openRequests.ids() }, 'an error that no one caught');
    ending ??= end(error);
  });
}
