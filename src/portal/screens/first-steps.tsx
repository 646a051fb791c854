import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { FirstSteps as Made } from '../api/types.ts';
import { isAttended } from '../kit/attended.ts';
import { Copyable, IconButton, Tag } from '../kit/parts.tsx';
import { readStored, store } from '../kit/stored.ts';
import { useScene } from '../shell/tenant.tsx';

const pollMs = 4_000;
const action = 'withdrawFunds';

/** The way from nothing to a rule that decides. It ticks only what has happened, and goes when all has. */
export function FirstSteps() {
  const { tenant, session, portal, may } = useScene();
  const { tenantId } = tenant;
  const key = `first-steps.${session.operatorId}.${tenantId}`;
  const [isDismissed, setDismissed] = useState(readStored(key) === 'dismissed');
  const [isNode, setNode] = useState(false);
  const { data: made } = useQuery({
    queryKey: [tenantId, 'first-steps'],
    queryFn: ({ signal }) => portal<Made>('GET', '/first-steps', undefined, signal),
    enabled: !isDismissed,
    refetchInterval: ({ state }) => (!isAllMade(state.data) && isAttended() ? pollMs : false),
  });
  if (isDismissed || made === undefined || isAllMade(made)) return null;
  const steps = stepsOf(made);
  const code = isNode ? nodeCode() : curlCode();
  return (
    <section className="Card Card-wide" aria-label="First steps">
      <div className="StepsHead">
        <h2>First steps</h2>
        <span className="Faint" role="status">
          {steps.filter(Boolean).length} of {steps.length} made
        </span>
        <IconButton
          label="Dismiss the first steps"
          onClick={() => {
            store(key, 'dismissed');
            setDismissed(true);
          }}
        >
          <X size={14} aria-hidden />
        </IconButton>
      </div>
      <ol className="Things">
        <Step words="A server key" isMade={made.hasServerKey}>
          <p>
            Your backend calls with it. It was shown once, when it was made: keep it in the variable{' '}
            <code>SALLYPORT_SECRET_KEY</code>. The tenant id, for browsers and apps:
          </p>
          <Copyable value={tenantId} label="tenant id" />
          {may('keys:read') ? (
            <p>
              <Link to="/t/$tenantId/settings/keys" params={{ tenantId }}>
                API keys
              </Link>
            </p>
          ) : null}
        </Step>
        <Step words="An action is tracked" isMade={made.hasAction}>
          <p>Your backend says what a user is about to do, and learns what to do about it.</p>
          <div className="Segments" role="group" aria-label="Language">
            <button type="button" aria-pressed={!isNode} onClick={() => setNode(false)}>
              curl
            </button>
            <button type="button" aria-pressed={isNode} onClick={() => setNode(true)}>
              Node.js
            </button>
          </div>
          <pre className="Snippet" tabIndex={0} aria-label="Code">
            {code}
          </pre>
          <CopyCode code={code} />
          {may('configuration:change') ? (
            <p>
              Or without a backend:{' '}
              <Link to="/t/$tenantId/settings/test-action" params={{ tenantId }} search={{ code: action }}>
                track a test action
              </Link>
            </p>
          ) : null}
        </Step>
        <Step words="Somebody proves who they are" isMade={made.hasProof}>
          <p>
            Where the answer is <code>CHALLENGE_REQUIRED</code>, open its <code>url</code> in a browser: set up a method
            there, and confirm.
          </p>
        </Step>
        <Step words="A rule decides" isMade={made.hasRule}>
          <p>
            Actions are challenged until you say otherwise. A rule says when:{' '}
            <Link to="/t/$tenantId/rules" params={{ tenantId }}>
              open the action
            </Link>
            , add a rule, try it out, and publish it.
          </p>
        </Step>
      </ol>
    </section>
  );
}

const stepsOf = ({ hasServerKey, hasAction, hasProof, hasRule }: Made) => [hasServerKey, hasAction, hasProof, hasRule];
const isAllMade = (made: Made | undefined) => made !== undefined && stepsOf(made).every(Boolean);

function Step({
  words,
  isMade,
  children,
}: {
  readonly words: string;
  readonly isMade: boolean;
  readonly children: ReactNode;
}) {
  return (
    <li>
      <div className="ThingMain">
        <details className="Wide" open={!isMade}>
          <summary>{words}</summary>
          <div className="Form Above">{children}</div>
        </details>
      </div>
      <Tag tone={isMade ? 'good' : 'calm'}>{isMade ? 'Made' : 'To do'}</Tag>
    </li>
  );
}

function CopyCode({ code }: { readonly code: string }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <button
      type="button"
      className="Button Button-plain"
      onClick={() => void navigator.clipboard.writeText(code).then(() => setCopied(true))}
    >
      {isCopied ? 'Copied' : 'Copy the code'}
    </button>
  );
}

const apiUrl = () => `${location.origin}/v1`;

function curlCode(): string {
  return `curl -u "$SALLYPORT_SECRET_KEY:" ${apiUrl()}/users/ada/actions/${action} \\
  -H 'content-type: application/json' \\
  -d '{"email": "ada@example.com", "custom": {"amount": 250}}'`;
}

function nodeCode(): string {
  return `// npm install @authsignal/node
import { Authsignal } from '@authsignal/node';

const authsignal = new Authsignal({
  apiUrl: '${apiUrl()}',
  apiSecretKey: process.env.SALLYPORT_SECRET_KEY,
});
const { state, url } = await authsignal.track({
  userId: 'ada',
  action: '${action}',
  attributes: { email: 'ada@example.com', custom: { amount: 250 } },
});
console.log(state, url);`;
}
