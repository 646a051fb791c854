import { Link, useNavigate, useRouter } from '@tanstack/react-router';
import { useQueryClient } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useEffect, useState } from 'react';
import { createPasskey } from '../api/ceremonies.ts';
import { isOfStepUp, signInFromIssuer, stepUpFromIssuer, takeNext } from '../api/issuer.ts';
import { Button, Notice, Skeleton } from '../kit/parts.tsx';
import { tell } from '../kit/toasts.tsx';
import { ceremonyWords } from './ceremony-words.ts';
import { serverWords } from './server-words.ts';
import { Mark } from './mark.tsx';
import { sessionKey } from './use-session.ts';

// What came back leaves the address bar and the history before anything else; this module loads with the page alone.
const response = location.search.slice(1);
history.replaceState(history.state, '', location.pathname);
const isStepUp = isOfStepUp(response);
let next: string | undefined;
// It counts once, however often the page is drawn.
let finishing: ReturnType<typeof finish> | undefined;

async function finish() {
  next = takeNext();
  if (isStepUp) return { session: await stepUpFromIssuer(response) };
  return signInFromIssuer(response);
}

/** Where the issuer leads back to. */
export function FromIssuer() {
  const navigate = useNavigate();
  const router = useRouter();
  const queries = useQueryClient();
  const [problem, setProblem] = useState<string>();
  /** What a redeemed invitation permits besides. */
  const [token, setToken] = useState<string>();
  const [isBusy, setBusy] = useState(false);

  async function goOn(): Promise<void> {
    if (next === undefined) await navigate({ to: '/', replace: true });
    else router.history.replace(`/portal${next}`);
  }

  useEffect(() => {
    document.title = 'Sign in · Sallyport';
    finishing ??= finish();
    finishing.then(
      async ({ session, token: given }: { session: unknown; token?: string | undefined }) => {
        queries.setQueryData(sessionKey, session);
        if (given !== undefined) {
          setToken(given);
          return;
        }
        if (isStepUp) tell('It is you', 'You can do it now, for five minutes.');
        await goOn();
      },
      (error: unknown) => setProblem(serverWords(error)),
    );
    // What came back is finished once.
  }, []);

  async function addPasskey(mine: string): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      queries.setQueryData(sessionKey, await createPasskey({ token: mine, email: '' }));
      await goOn();
    } catch (error) {
      setProblem(ceremonyWords(error));
      setBusy(false);
    }
  }

  const failure = <div role="alert">{problem === undefined ? null : <Notice tone="bad">{problem}</Notice>}</div>;
  if (token !== undefined) {
    return (
      <main className="Door">
        <div className="DoorCard">
          <Mark />
          <h1>You are in</h1>
          <p className="DoorText">
            You can make a passkey as well. What is dangerous then asks for it, and nobody does that with your account
            alone. This is offered only now.
          </p>
          <Button look="main" className="Wide" isBusy={isBusy} onClick={() => void addPasskey(token)}>
            <KeyRound size={15} aria-hidden />
            {isBusy ? 'Waiting for your passkey…' : 'Make a passkey'}
          </Button>
          <Button className="Wide" onClick={() => void goOn()}>
            Go on without
          </Button>
          {failure}
        </div>
      </main>
    );
  }
  return (
    <main className="Door">
      <div className="DoorCard">
        <Mark />
        <h1>{problem === undefined ? 'Signing you in' : isStepUp ? 'Not confirmed' : 'Not signed in'}</h1>
        {problem === undefined ? <Skeleton what="The portal is" lines={2} /> : null}
        {failure}
        {problem === undefined ? null : isStepUp ? (
          <Button look="main" className="Wide" onClick={() => void goOn()}>
            Go back to where you were
          </Button>
        ) : (
          <Link to="/sign-in" className="Button Button-main Wide">
            Go to the sign-in page
          </Link>
        )}
      </div>
    </main>
  );
}
