import { firstStepsTexts } from '#portal-texts/first-steps.ts';
import { fill, fillNodes } from '../kit/fill.ts';
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
    <section className="Card Card-wide" aria-label={firstStepsTexts.firstSteps}>
      <div className="StepsHead">
        <h2>{firstStepsTexts.firstSteps}</h2>
        <span className="Faint" role="status">
          {fill(firstStepsTexts.madeOf, { made: steps.filter(Boolean).length, all: steps.length })}
        </span>
        <IconButton
          label={firstStepsTexts.dismiss}
          onClick={() => {
            store(key, 'dismissed');
            setDismissed(true);
          }}
        >
          <X size={14} aria-hidden />
        </IconButton>
      </div>
      <ol className="Things">
        <Step words={firstStepsTexts.key} isMade={made.hasServerKey}>
          <p>{fillNodes(firstStepsTexts.keyText, { variable: <code>SALLYPORT_SECRET_KEY</code> })}</p>
          <Copyable value={tenantId} label={firstStepsTexts.copyTenantId} />
          {may('keys:read') ? (
            <p>
              <Link to="/t/$tenantId/settings/keys" params={{ tenantId }}>
                {firstStepsTexts.apiKeys}
              </Link>
            </p>
          ) : null}
        </Step>
        <Step words={firstStepsTexts.action} isMade={made.hasAction}>
          <p>{firstStepsTexts.actionText}</p>
          <div className="Segments" role="group" aria-label={firstStepsTexts.language}>
            <button type="button" aria-pressed={!isNode} onClick={() => setNode(false)}>
              curl
            </button>
            <button type="button" aria-pressed={isNode} onClick={() => setNode(true)}>
              Node.js
            </button>
          </div>
          <pre className="Snippet" tabIndex={0} aria-label={firstStepsTexts.code}>
            {code}
          </pre>
          <CopyCode code={code} />
          {may('configuration:change') ? (
            <p>
              {fillNodes(firstStepsTexts.withoutBackend, {
                link: (words) => (
                  <Link to="/t/$tenantId/settings/test-action" params={{ tenantId }} search={{ code: action }}>
                    {words}
                  </Link>
                ),
              })}
            </p>
          ) : null}
        </Step>
        <Step words={firstStepsTexts.proof} isMade={made.hasProof}>
          <p>
            {fillNodes(firstStepsTexts.proofText, {
              challengeRequired: <code>CHALLENGE_REQUIRED</code>,
              url: <code>url</code>,
            })}
          </p>
        </Step>
        <Step words={firstStepsTexts.rule} isMade={made.hasRule}>
          <p>
            {fillNodes(firstStepsTexts.ruleText, {
              link: (words) => (
                <Link to="/t/$tenantId/rules" params={{ tenantId }}>
                  {words}
                </Link>
              ),
            })}
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
      <Tag tone={isMade ? 'good' : 'calm'}>{isMade ? firstStepsTexts.made : firstStepsTexts.toDo}</Tag>
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
      {isCopied ? firstStepsTexts.copied : firstStepsTexts.copyCode}
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
