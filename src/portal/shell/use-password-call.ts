import { usePasswordCallTexts } from '#portal-texts/shell.ts';
import { useState } from 'react';
import { CallError, call } from '../api/call.ts';
import type { Session } from '../api/types.ts';
import { serverWords } from './server-words.ts';

/** A call with a password, which ends in a session or with what to do. */
export function usePasswordCall(
  path: '/v1/portal/session/password' | '/v1/portal/invitations/password',
  goIn: (session: Session) => Promise<void>,
  refused: (code: string) => void,
) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  async function send(body: object): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      await goIn(await call<Session>('POST', path, { body }));
    } catch (error) {
      const code = error instanceof CallError ? error.code : '';
      setProblem(code === 'unavailable' ? usePasswordCallTexts.busy : serverWords(error));
      refused(code);
      setBusy(false);
    }
  }
  return { send, isBusy, problem };
}
