import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, CeremonyError } from '../../../sdk/browser/index.ts';
import type { Client, Verification } from '../../../sdk/browser/index.ts';
import type { PageTextId } from '../../texts/page-texts.ts';
import { usePage } from './page.ts';
import { useTask } from './use-task.ts';
import type { Task } from './use-task.ts';

export const unsupported = 'passkey-verify.unsupported';

/** One of the browser's own dialogs about a key, and what to say when it ends. */
export interface Ceremony {
  readonly task: Task;
  readonly hint: PageTextId | undefined;
  setHint(hint: PageTextId): void;
  /** `isAsked`: the user has pressed for it. A browser may refuse a dialog that the user did not request. */
  start(isAsked: boolean): void;
}

/** Ends the dialog when the screen goes. */
export function useCeremony({
  isProof,
  texts,
  ceremony,
  onVerified,
}: {
  readonly isProof: boolean;
  readonly texts: { readonly cancelled: PageTextId; readonly exists: PageTextId };
  readonly ceremony: (signal: AbortSignal) => Promise<Verification>;
  readonly onVerified: () => void;
}): Ceremony {
  const { words } = usePage();
  const task = useTask();
  const [hint, setHint] = useState<PageTextId>();
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);

  const start = (isAsked: boolean) =>
    task.run(async () => {
      stop.current = new AbortController();
      setHint(undefined);
      try {
        const { isVerified } = await ceremony(stop.current.signal);
        if (isVerified) onVerified();
        else task.tell(words.say('passkey-verify.refused'));
      } catch (error) {
        // A key that the server does not accept is reported to the user like any result: the tenant decides which keys
        // it accepts.
        if (!isProof && error instanceof ApiError && error.code === 'invalid_credential') {
          task.tell(words.say('passkey-create.refused'));
          return;
        }
        if (!(error instanceof CeremonyError)) throw error;
        switch (error.reason) {
          case 'cancelled':
            // Users may change their mind.
            if (isAsked) setHint(texts.cancelled);
            break;
          case 'unsupported':
            setHint(unsupported);
            break;
          case 'exists':
            task.tell(words.say(texts.exists));
            break;
          case 'failed':
            task.tell(words.say('problem.unexpected'));
        }
      }
    });
  return { task, hint, setHint, start };
}

/**
 * Proves by a passkey. One that the server does not accept is reported to the user like a wrong code.
 * @throws {CeremonyError} if the user or the browser ends it
 */
export function provePasskey(client: Client, signal: AbortSignal, where?: 'on a phone'): Promise<Verification> {
  return client.usePasskey(signal, where).catch((error: unknown) => {
    if (error instanceof ApiError && /^(invalid|unknown)_credential$/.test(error.code)) return { isVerified: false };
    throw error;
  });
}
