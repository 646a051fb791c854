import { signInTexts } from '#portal-texts/shell.ts';
import { fill, fillNodes } from '../kit/fill.ts';
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { useQueryClient } from '@tanstack/react-query';
import { KeyRound, LogIn, RectangleEllipsis } from 'lucide-react';
import { Suspense, lazy, useState } from 'react';
import { signIn } from '../api/ceremonies.ts';
import { goToIssuer } from '../api/issuer.ts';
import type { Session } from '../api/types.ts';
import { Button, Notice, Skeleton } from '../kit/parts.tsx';
import { ceremonyWords } from './ceremony-words.ts';
import { Mark } from './mark.tsx';
import { serverWords } from './server-words.ts';
import { useSignInWays } from './use-sign-in-ways.ts';
import { sessionKey } from './use-session.ts';

const PasswordForm = lazy(() => import('./password-form.tsx').then((found) => ({ default: found.PasswordForm })));

const why: Readonly<Record<string, string>> = {
  ended: signInTexts.sessionEnded,
  out: signInTexts.signedOut,
};

export function SignIn() {
  const search = useSearch({ from: '/sign-in' });
  const navigate = useNavigate();
  const router = useRouter();
  const queries = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [isByPassword, setByPassword] = useState(false);
  const { data: ways } = useSignInWays();
  const reason = why[search.why ?? ''];

  async function goIn(session: Session): Promise<void> {
    queries.setQueryData(sessionKey, session);
    // Only a path of the portal itself.
    if (search.next?.startsWith('/t/') === true) router.history.replace(`/portal${search.next}`);
    else await navigate({ to: '/', replace: true });
  }

  async function start(): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      await goIn(await signIn());
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
      setProblem(serverWords(error));
      setBusy(false);
    }
  }

  return (
    <main className="Door">
      <div className="DoorCard">
        <Mark />
        <h1>{signInTexts.heading}</h1>
        <p className="DoorText">{signInTexts.text}</p>
        {reason === undefined ? null : <Notice tone="calm">{reason}</Notice>}
        <Button look={isByPassword ? 'plain' : 'main'} className="Wide" isBusy={isBusy} onClick={() => void start()}>
          <KeyRound size={15} aria-hidden />
          {isBusy ? signInTexts.waitingForPasskey : signInTexts.byPasskey}
        </Button>
        {ways?.oidc === undefined ? null : (
          <Button className="Wide" isBusy={isBusy} onClick={() => void startAtIssuer()}>
            <LogIn size={15} aria-hidden />
            {fill(signInTexts.byIssuer, { name: ways.oidc.name })}
          </Button>
        )}
        {ways?.password !== true || isByPassword ? null : (
          <Button className="Wide" isBusy={isBusy} onClick={() => setByPassword(true)}>
            <RectangleEllipsis size={15} aria-hidden />
            {signInTexts.byPassword}
          </Button>
        )}
        <div role="alert">{problem === undefined ? null : <Notice tone="bad">{problem}</Notice>}</div>
        {isByPassword ? (
          <Suspense fallback={<Skeleton label={signInTexts.formLoading} lines={3} />}>
            <PasswordForm goIn={goIn} />
          </Suspense>
        ) : null}
        <details className="DoorHelp">
          <summary>{signInTexts.lostHeading}</summary>
          <p>{signInTexts.lostText}</p>
          <p>
            {fillNodes(signInTexts.lostByOnlyAdmin, {
              command: <code>sallyport operators invite</code>,
            })}
          </p>
        </details>
      </div>
    </main>
  );
}
