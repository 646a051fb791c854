/** What this browser remembers of a user between visits: little, and nothing that proves anything. */
import type { UiSession } from '../../contract/client/ui-session.ts';

/** Where the newest token of a page is stored, so that the page can be reloaded. */
export const tokenKey = 'sallyport.token';

/** Kept until the tab is closed; only in memory if the browser blocks storage, as it may inside frames. */
export function sessionKeep(key: string) {
  let kept: string | undefined;
  return {
    read(): string | undefined {
      try {
        return sessionStorage.getItem(key) ?? kept;
      } catch {
        return kept;
      }
    },
    write(value: string | undefined): void {
      kept = value;
      try {
        if (value === undefined) sessionStorage.removeItem(key);
        else sessionStorage.setItem(key, value);
      } catch {
        // Then a reload loses it, but nothing else does.
      }
    },
  };
}

function keyOf({ tenant }: UiSession, what: string): string {
  return `sallyport.${tenant.tenantId}.${what}`;
}

function read(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Then the user is asked once more.
  }
}

/** Records that this device has a passkey for the tenant. */
export function rememberPasskey(session: UiSession): void {
  write(keyOf(session, 'passkey'), 'yes');
}

export function hasPasskeyHere(session: UiSession): boolean {
  return read(keyOf(session, 'passkey')) === 'yes';
}

/** Records that a passkey was offered and declined now. */
export function rememberDeclined(session: UiSession, nowMs: number): void {
  write(keyOf(session, 'declined'), String(nowMs));
}

/** Whether the last "not now" is long enough ago to ask again. */
export function mayOfferPasskey(session: UiSession, nowMs: number): boolean {
  const declinedMs = Number(read(keyOf(session, 'declined')) ?? Number.NaN);
  const dayMs = 24 * 60 * 60 * 1000;
  return Number.isNaN(declinedMs) || nowMs - declinedMs >= session.passkeyPrompt.intervalDays * dayMs;
}
