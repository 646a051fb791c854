import { actionTexts } from '#portal-texts/action.ts';
import { fill } from '../kit/fill.ts';
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
  useShortcuts(actionTexts.action, [
    {
      keys: 'u',
      words: actionTexts.openTheUser,
      run: () =>
        action === undefined
          ? undefined
          : void navigate({ to: '/t/$tenantId/users/$userId', params: { tenantId, userId: action.userId } }),
    },
    { keys: 'b', words: actionTexts.back, run: () => history.back() },
  ]);
  return (
    <div className="Page">
      <div className="Crumbs">
        <Link to="/t/$tenantId/activity" params={{ tenantId }}>
          <ArrowLeft size={14} aria-hidden />
          {actionTexts.activity}
        </Link>
      </div>
      {action !== undefined ? (
        <ActionBody action={action} />
      ) : error === null ? (
        <Skeleton label={actionTexts.actionLoading} lines={12} />
      ) : (
        <Failure isWholePage error={error} title={actionTexts.actionNotLoaded} retry={() => void refetch()} />
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
              {actionTexts.rules}
              <span className="PageCount">
                {fill(actionTexts.ruleVersion, { version: action.decision.ruleSet.version })}
              </span>
            </h2>
            <RuleList decision={action.decision} />
          </section>
          <section>
            <h2>{actionTexts.valuesRead}</h2>
            <div className="Scroll">
              <ReadValues decision={action.decision} />
            </div>
          </section>
          <section>
            <h2>{actionTexts.timeline}</h2>
            <Timeline action={action} />
          </section>
        </div>
        <aside className="SplitSide">
          {action.review === undefined ? null : (
            <>
              <ReviewPanel action={action} review={action.review} />
              <section className="Card">
                <h2>{actionTexts.similarCases}</h2>
                <SimilarReviews actionId={action.actionId} />
              </section>
            </>
          )}
          <section className="Card">
            <h2>{actionTexts.action}</h2>
            <ActionFacts action={action} />
          </section>
          <section className="Card">
            <h2>{actionTexts.customData}</h2>
            <Custom of={action.custom} />
          </section>
          <section className="Card">
            <h2>{actionTexts.theUserLately}</h2>
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
      {actionTexts.tryTheRulesOnIt}
    </Link>
  );
}

export function ActionFacts({ action }: { readonly action: ActionDetail }) {
  return (
    <Facts
      of={[
        [actionTexts.user, <UserLink key="user" userId={action.userId} />],
        [actionTexts.created, <Time key="at" at={action.createdAt} />],
        ...(action.stateUpdatedAt === action.createdAt
          ? []
          : ([[actionTexts.stateSince, <Time key="since" at={action.stateUpdatedAt} />]] as const)),
        [actionTexts.address, <Address key="address" action={action} />],
        ...(action.countryCode === undefined
          ? []
          : ([[actionTexts.country, countryName(action.countryCode)]] as const)),
        ...(action.deviceId === undefined
          ? []
          : ([
              [actionTexts.device, <Copyable key="device" value={action.deviceId} label={actionTexts.copyDeviceId} />],
            ] as const)),
        ...(action.userAgent === undefined
          ? []
          : ([
              [
                actionTexts.browser,
                <span key="agent" className="Small">
                  {action.userAgent}
                </span>,
              ],
            ] as const)),
        [
          actionTexts.verifiedBy,
          action.verificationMethod === undefined ? actionTexts.notVerified : methodWords(action.verificationMethod),
        ],
        [
          actionTexts.authenticators,
          action.decision.user.isEnrolled
            ? action.decision.user.hasUsableAuthenticator
              ? actionTexts.hadOneToUse
              : actionTexts.hadNoneToUseHere
            : actionTexts.hadNone,
        ],
        ...(action.isTracked ? [] : ([[actionTexts.tracked, actionTexts.notTrackedYet]] as const)),
        [
          actionTexts.occurrence,
          <Copyable key="key" value={action.idempotencyKey} label={actionTexts.copyIdempotencyKey} />,
        ],
        [actionTexts.actionId, <Copyable key="id" value={action.actionId} label={actionTexts.copyActionId} />],
      ]}
    />
  );
}

export function Custom({ of }: { readonly of: ActionDetail['custom'] }) {
  const entries = Object.entries(of ?? {});
  if (entries.length === 0) return <p className="Faint">{actionTexts.yourBackendSentNone}</p>;
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
      <Empty title={actionTexts.nothingMoreHappened}>
        <p>{actionTexts.nothingMoreHappenedText}</p>
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
            <span className="Faint">
              {fill(actionTexts.byActor, {
                actor: actorWords(actor).replace(/^[AT](?=he |n? )/, (a) => a.toLowerCase()),
              })}
            </span>
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
  if (userRecent.length === 0) return <p className="Faint">{fill(actionTexts.noOtherActions, { userId })}</p>;
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
