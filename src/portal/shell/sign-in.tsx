import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { useQueryClient } from '@tanstack/react-query';
import { KeyRound, LogIn } from 'lucide-react';
import { useState } from 'react';
import { signIn } from '../api/ceremonies.ts';
import { goToIssuer } from '../api/issuer.ts';
import { Button, Notice } from '../kit/parts.tsx';
import { ceremonyWords } from './ceremony-words.ts';
import { Mark } from './mark.tsx';
import { issuerWords } from './issuer-words.ts';
import { useSignInWays } from './use-sign-in-ways.ts';
import { sessionKey } from './use-session.ts';

const why: Readonly<Record<string, string>> = {
  ended: 'Your session has ended. Sign in, and you are back where you were.',
  out: 'You have signed out.',
};

export function SignIn() {
  const search = useSearch({ from: '/sign-in' });
  const navigate = useNavigate();
  const router = useRouter();
  const queries = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const { data: ways } = useSignInWays();
  const reason = why[search.why ?? ''];

  async function start(): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      queries.setQueryData(sessionKey, await signIn());
      // Only a path of the portal itself.
      if (search.next?.startsWith('/t/') === true) router.history.replace(`/portal${search.next}`);
      else await navigate({ to: '/', replace: true });
    } catch (error) {
      setProblem(ceremonyWords(error));
      setBusy(false);
    }
  }

  async function startAtIssuer(): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      await goToIssuer('/v1/portal/oidc', search.next ?? '');
    } catch (error) {
      setProblem(issuerWords(error));
      setBusy(false);
    }
  }

  return (
    <main className="Door">
      <div className="DoorCard">
        <Mark />
        <h1>Sign in to Sallyport</h1>
        <p className="DoorText">For operators: see what happened, decide reviews, help users.</p>
        {reason === undefined ? null : <Notice tone="calm">{reason}</Notice>}
        <Button look="main" className="Wide" isBusy={isBusy} onClick={() => void start()}>
          <KeyRound size={15} aria-hidden />
          {isBusy ? 'Waiting for your passkey…' : 'Sign in with a passkey'}
        </Button>
        {ways?.oidc === undefined ? null : (
          <Button className="Wide" isBusy={isBusy} onClick={() => void startAtIssuer()}>
            <LogIn size={15} aria-hidden />
            Sign in with {ways.oidc.name}
          </Button>
        )}
        <div role="alert">{problem === undefined ? null : <Notice tone="bad">{problem}</Notice>}</div>
        <details className="DoorHelp">
          <summary>Lost your passkey?</summary>
          <p>Ask an admin to invite you again: the link makes a new passkey and removes the old ones.</p>
          <p>
            If you are the only admin, run <code>sallyport operators invite</code> on the server.
          </p>
        </details>
      </div>
    </main>
  );
}
