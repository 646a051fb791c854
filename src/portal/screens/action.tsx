import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { ArrowLeft, FlaskConical } from 'lucide-react';
import type { ActionDetail } from '../api/types.ts';
import { Address, UserLink, countryName } from '../kit/action-cells.tsx';
import { Copyable, Empty, Facts, Failure, PageHead, Skeleton, StateBadge, Tag, Time, textOf } from '../kit/parts.tsx';
import { DecisionWords, ReadValues, RuleList } from '../kit/reasons.tsx';
import { between } from '../kit/times.ts';
import { actorWords, methodWords, spaced } from '../kit/words.ts';
import { useShortcuts } from '../shell/shortcuts.ts';
import { useScene } from '../shell/tenant.tsx';
import { ReviewPanel } from './review-panel.tsx';
import { SimilarReviews } from './similar-reviews.tsx';

export const actionKey = (tenantId: string, actionId: string) => [tenantId, 'action', actionId] as const;

export function useAction(actionId: string) {
  const { tenant, portal } = useScene();
  return useQuery({
    queryKey: actionKey(tenant.tenantId, actionId),
    queryFn: ({ signal }) => portal<ActionDetail>('GET', `/actions/${encodeURIComponent(actionId)}`, undefined, signal),
    enabled: actionId !== '',
  });
}

export function ActionScreen() {
  const { actionId } = useParams({ from: '/t/$tenantId/actions/$actionId' });
  const { tenantId } = useScene().tenant;
  const navigate = useNavigate();
  const { data: action, error, refetch } = useAction(actionId);
  useShortcuts('Action', [
    {
      keys: 'u',
      words: 'Open the user',
      run: () =>
        action === undefined
          ? undefined
          : void navigate({ to: '/t/$tenantId/users/$userId', params: { tenantId, userId: action.userId } }),
    },
    { keys: 'b', words: 'Back', run: () => history.back() },
  ]);
  return (
    <div className="Page">
      <div className="Crumbs">
        <Link to="/t/$tenantId/activity" params={{ tenantId }}>
          <ArrowLeft size={14} aria-hidden />
          Activity
        </Link>
      </div>
      {action !== undefined ? (
        <ActionBody action={action} />
      ) : error === null ? (
        <Skeleton what="The action is" lines={12} />
      ) : (
        <Failure isWholePage error={error} what="The action" retry={() => void refetch()} />
      )}
    </div>
  );
}

function ActionBody({ action }: { readonly action: ActionDetail }) {
  return (
    <>
      <PageHead title={action.actionCode}>
        <TryRules action={action} />
        <StateBadge state={action.state} />
      </PageHead>
      <div className="Split">
        <div className="SplitMain">
          <DecisionWords decision={action.decision} today={action.today} />
          <section>
            <h2>
              Rules
              <span className="PageCount">version {action.decision.ruleSet.version}, as they were then</span>
            </h2>
            <RuleList decision={action.decision} />
          </section>
          <section>
            <h2>Values read</h2>
            <div className="Scroll">
              <ReadValues decision={action.decision} />
            </div>
          </section>
          <section>
            <h2>Timeline</h2>
            <Timeline action={action} />
          </section>
        </div>
        <aside className="SplitSide">
          {action.review === undefined ? null : (
            <>
              <ReviewPanel action={action} review={action.review} />
              <section className="Card">
                <h2>Similar cases</h2>
                <SimilarReviews actionId={action.actionId} />
              </section>
            </>
          )}
          <section className="Card">
            <h2>Action</h2>
            <ActionFacts action={action} />
          </section>
          <section className="Card">
            <h2>Custom data</h2>
            <Custom of={action.custom} />
          </section>
          <section className="Card">
            <h2>The user lately</h2>
            <Recent action={action} />
          </section>
        </aside>
      </div>
    </>
  );
}

/** To the rules of its code, tried on this action. */
function TryRules({ action: { actionCode, actionId } }: { readonly action: ActionDetail }) {
  const { tenant, may } = useScene();
  if (!may('configuration:read')) return null;
  return (
    <Link
      to="/t/$tenantId/rules/$actionCode"
      params={{ tenantId: tenant.tenantId, actionCode }}
      search={{ tab: 'try', action: actionId }}
      className="Button Button-plain"
    >
      <FlaskConical size={14} aria-hidden />
      Try the rules on it
    </Link>
  );
}

export function ActionFacts({ action }: { readonly action: ActionDetail }) {
  return (
    <Facts
      of={[
        ['User', <UserLink key="user" userId={action.userId} />],
        ['Created', <Time key="at" at={action.createdAt} />],
        ...(action.stateUpdatedAt === action.createdAt
          ? []
          : ([['State since', <Time key="since" at={action.stateUpdatedAt} />]] as const)),
        ['Address', <Address key="address" action={action} />],
        ...(action.countryCode === undefined ? [] : ([['Country', countryName(action.countryCode)]] as const)),
        ...(action.deviceId === undefined
          ? []
          : ([['Device', <Copyable key="device" value={action.deviceId} label="device id" />]] as const)),
        ...(action.userAgent === undefined
          ? []
          : ([
              [
                'Browser',
                <span key="agent" className="Small">
                  {action.userAgent}
                </span>,
              ],
            ] as const)),
        [
          'Verified by',
          action.verificationMethod === undefined ? 'Not verified' : methodWords(action.verificationMethod),
        ],
        [
          'Authenticators',
          action.decision.user.isEnrolled
            ? action.decision.user.hasUsableAuthenticator
              ? 'Had one to use'
              : 'Had none to use here'
            : 'Had none',
        ],
        ...(action.isTracked ? [] : ([['Tracked', 'Not yet: a challenge began it']] as const)),
        ['Occurrence', <Copyable key="key" value={action.idempotencyKey} label="idempotency key" />],
        ['Action id', <Copyable key="id" value={action.actionId} label="action id" />],
      ]}
    />
  );
}

export function Custom({ of }: { readonly of: ActionDetail['custom'] }) {
  const entries = Object.entries(of ?? {});
  if (entries.length === 0) return <p className="Faint">Your backend sent none.</p>;
  return (
    <Facts
      of={entries.map(([name, value]) => [
        name,
        <code key={name} className="Value">
          {textOf(value)}
        </code>,
      ])}
    />
  );
}

function Timeline({ action }: { readonly action: ActionDetail }) {
  if (action.timeline.length === 0) {
    return (
      <Empty title="Nothing more happened">
        <p>Codes that are sent, proofs, lockouts and reviews appear here.</p>
      </Empty>
    );
  }
  return (
    <ol className="Timeline">
      {action.timeline.map(({ at, type, actor, data }, index) => (
        <li key={index}>
          <span className="TimelineAt">
            <Time at={at} />
            <small>+{between(action.createdAt, at)}</small>
          </span>
          <div>
            <strong>{spaced(type)}</strong>{' '}
            <span className="Faint">by {actorWords(actor).replace(/^[AT](?=he |n? )/, (a) => a.toLowerCase())}</span>
            <div className="TimelineData">
              {Object.entries(data).map(([name, value]) => (
                <Tag key={name}>
                  {name}: {textOf(value)}
                </Tag>
              ))}
            </div>
          </div>
        </li>
      ))}
    </ol>
  );
}

export function Recent({ action: { userRecent, userId } }: { readonly action: ActionDetail }) {
  const { tenantId } = useScene().tenant;
  if (userRecent.length === 0) return <p className="Faint">This is all that {userId} did.</p>;
  return (
    <ul className="Recent">
      {userRecent.map((other) => (
        <li key={other.actionId}>
          <Link to="/t/$tenantId/actions/$actionId" params={{ tenantId, actionId: other.actionId }}>
            <span className="Cut">{other.actionCode}</span>
          </Link>
          <StateBadge state={other.state} />
          <Time at={other.createdAt} isRelative />
        </li>
      ))}
    </ul>
  );
}
