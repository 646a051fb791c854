import { fromIssuerTexts } from '#portal-texts/from-issuer.ts';
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
    document.title = fromIssuerTexts.pageTitle;
    finishing ??= finish();
    finishing.then(
      async ({ session, token: given }: { session: unknown; token?: string | undefined }) => {
        queries.setQueryData(sessionKey, session);
        if (given !== undefined) {
          setToken(given);
          return;
        }
        if (isStepUp) tell(fromIssuerTexts.confirmed, fromIssuerTexts.confirmedText);
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
          <h1>{fromIssuerTexts.inHeading}</h1>
          <p className="DoorText">{fromIssuerTexts.inText}</p>
          <Button look="main" className="Wide" isBusy={isBusy} onClick={() => void addPasskey(token)}>
            <KeyRound size={15} aria-hidden />
            {isBusy ? fromIssuerTexts.waitingForPasskey : fromIssuerTexts.makeAPasskey}
          </Button>
          <Button className="Wide" onClick={() => void goOn()}>
            {fromIssuerTexts.goOnWithout}
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
        <h1>
          {problem === undefined
            ? fromIssuerTexts.signingYouIn
            : isStepUp
              ? fromIssuerTexts.notConfirmed
              : fromIssuerTexts.notSignedIn}
        </h1>
        {problem === undefined ? <Skeleton label={fromIssuerTexts.portalLoading} lines={2} /> : null}
        {failure}
        {problem === undefined ? null : isStepUp ? (
          <Button look="main" className="Wide" onClick={() => void goOn()}>
            {fromIssuerTexts.goBack}
          </Button>
        ) : (
          <Link to="/sign-in" className="Button Button-main Wide">
            {fromIssuerTexts.goToSignIn}
          </Link>
        )}
      </div>
    </main>
  );
}
