/** QR codes for the action of a token: over a live connection where one can be had, else by polling. */
import type { Client } from './client.ts';
import { openLive } from './live.ts';

/** What a page does with what becomes of its codes. */
export interface QrCodeScreen {
  /** A code to show, in place of the one before it. */
  shown(code: string): Promise<void> | void;
  /** A phone has scanned a code, and asks its user. */
  scanned(): void;
}

export type QrCodeAnswer = 'approved' | 'rejected';

// A code that somebody else is made to scan is worth little if it is over soon (A24).
const renewMs = 30_000;
const pollMs = 2_000;

interface Opened {
  readonly challengeId: string;
  readonly deviceCode: string;
}

/**
 * Shows codes until one is answered, and continues with the token that an approval earned. Undefined if `signal` aborts.
 * @throws {ApiError | NetworkError} if a code cannot be had
 */
export async function followQrCode(
  client: Client,
  action: string,
  screen: QrCodeScreen,
  signal: AbortSignal,
): Promise<QrCodeAnswer | undefined> {
  const answer = await overLive(client, action, screen, signal).catch(() => undefined);
  return answer ?? (await byPolling(client, action, screen, signal));
}

/** Undefined if there is no connection, or it ended before an answer came. */
function overLive(
  client: Client,
  action: string,
  screen: QrCodeScreen,
  signal: AbortSignal,
): Promise<QrCodeAnswer | undefined> {
  return new Promise((resolve) => {
    let renewal: ReturnType<typeof setTimeout> | undefined;
    let ask = (): void => undefined;
    const close = openLive(client, {
      opened: (say) => {
        ask = () => say({ type: 'CREATE_CHALLENGE', data: { challengeType: 'QR_CODE', actionCode: action } });
        ask();
      },
      heard: ({ type, data: told }) => {
        if (type === 'CHALLENGE_CREATED') {
          void screen.shown(told.challengeId);
          renewal = setTimeout(ask, renewMs);
        }
        if (type !== 'STATE_CHANGE') return;
        if (told.state === 'claimed') {
          clearTimeout(renewal);
          screen.scanned();
        } else if (told.state === 'rejected') finish('rejected');
        else if (told.accessToken !== undefined) {
          client.continueWith(told.accessToken);
          finish('approved');
        }
      },
      lost: () => finish(),
    });
    const finish = (answer?: QrCodeAnswer) => {
      clearTimeout(renewal);
      resolve(answer);
      close();
    };
    signal.addEventListener('abort', () => finish());
  });
}

async function byPolling(
  client: Client,
  action: string,
  screen: QrCodeScreen,
  signal: AbortSignal,
): Promise<QrCodeAnswer | undefined> {
  /** Latest first. A phone may be about to claim the one before it. */
  let open: readonly Opened[] = [];
  let shownAt = -renewMs;
  let isScanned = false;
  while (!signal.aborted) {
    if (!isScanned && performance.now() - shownAt >= renewMs) {
      const opened = await client.call<Opened>('POST', '/challenge/qr-code', { action });
      open = [opened, ...open].slice(0, 2);
      shownAt = performance.now();
      await screen.shown(opened.challengeId);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    for (const code of open) {
      if (signal.aborted) return undefined;
      const { isVerified, isClaimed, isConsumed } = await client.proveByPhone('/verify/qr-code', { ...code });
      if (isVerified) return 'approved';
      if (isConsumed) return 'rejected';
      if (!isClaimed) continue;
      isScanned = true;
      open = [code];
      screen.scanned();
      break;
    }
  }
  return undefined;
}
