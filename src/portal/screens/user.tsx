import { commonTexts } from '#portal-texts/kit.ts';
import { userTexts } from '#portal-texts/user.ts';
import { fill, fillNodes } from '../kit/fill.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { ArrowLeft, Download, Eye, LockOpen, Trash2 } from 'lucide-react';
import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { queryOf, StepUpDeclined } from '../api/call.ts';
import type { ActionsPage, Contacts, UserDetail, UserMessages } from '../api/types.ts';
import { wordsOf } from '../api/words-of.ts';
import { download } from '../kit/csv.ts';
import { Labelled } from '../kit/fields.tsx';
import { Modal } from '../kit/modal.tsx';
import {
  Button,
  Copyable,
  Empty,
  Facts,
  Failure,
  Notice,
  PageHead,
  Skeleton,
  StateBadge,
  Tag,
  Time,
} from '../kit/parts.tsx';
import { tell } from '../kit/toasts.tsx';
import { methodWords, spaced } from '../kit/words.ts';
import { useScene } from '../shell/tenant.tsx';
import { Custom } from './action.tsx';
import { EraseUser } from './erase-user.tsx';
import { HelpIn } from './help-in.tsx';

/** What asks before it is done: it takes something away from somebody. */
interface Act {
  readonly title: string;
  readonly text: ReactNode;
  readonly words: string;
  readonly done: string;
  readonly run: () => Promise<unknown>;
}

export function UserScreen() {
  const { userId } = useParams({ from: '/t/$tenantId/users/$userId' });
  const { tenant, portal } = useScene();
  const { tenantId } = tenant;
  const { data, error, refetch } = useQuery({
    queryKey: [tenantId, 'user', userId],
    queryFn: ({ signal }) => portal<UserDetail>('GET', `/users/${encodeURIComponent(userId)}`, undefined, signal),
  });
  return (
    <div className="Page">
      <div className="Crumbs">
        <Link to="/t/$tenantId/users" params={{ tenantId }}>
          <ArrowLeft size={14} aria-hidden />
          {userTexts.users}
        </Link>
      </div>
      {data !== undefined ? (
        <UserBody user={data} />
      ) : error === null ? (
        <Skeleton label={userTexts.userLoading} lines={12} />
      ) : (
        <Failure isWholePage error={error} title={userTexts.userNotLoaded} retry={() => void refetch()} />
      )}
    </div>
  );
}

function UserBody({ user }: { readonly user: UserDetail }) {
  const { tenant, manage, may } = useScene();
  const { tenantId } = tenant;
  const queries = useQueryClient();
  const [act, setAct] = useState<Act>();
  const [isRevealing, setRevealing] = useState(false);
  const [isErasing, setErasing] = useState(false);
  const [revealed, setRevealed] = useState<Contacts>();
  const mayHelp = may('users:help');
  const path = `/users/${encodeURIComponent(user.userId)}`;
  const doing = useMutation({
    mutationFn: (one: Act) => one.run(),
    onSuccess: (_result, { done }) => {
      tell(done, user.userId);
      setAct(undefined);
    },
    onError(error) {
      if (!(error instanceof StepUpDeclined)) tell(commonTexts.nothingChanged, wordsOf(error), 'bad');
    },
    onSettled: () => queries.invalidateQueries({ queryKey: [tenantId, 'user', user.userId] }),
  });
  const exporting = useMutation({
    mutationFn: () => manage<unknown>('GET', `${path}/export`),
    onSuccess: (known) => download(`sallyport-user.json`, JSON.stringify(known, null, 2), 'application/json'),
    onError: (error) =>
      error instanceof StepUpDeclined ? undefined : tell(userTexts.notExported, wordsOf(error), 'bad'),
  });
  const contacts = revealed ?? user;
  const isMasked = user.areContactsMasked && revealed === undefined;
  const hasContacts = user.email !== undefined || user.phoneNumber !== undefined;

  return (
    <>
      <PageHead title={user.userId}>
        {user.isEnrolled ? <Tag tone="good">{userTexts.enrolled}</Tag> : <Tag>{userTexts.notEnrolled}</Tag>}
        {may('users:export') ? (
          <Button isBusy={exporting.isPending} onClick={() => exporting.mutate()}>
            <Download size={14} aria-hidden />
            {userTexts.export}
          </Button>
        ) : null}
        {may('users:erase') ? (
          <Button onClick={() => setErasing(true)}>
            <Trash2 size={14} aria-hidden />
            {userTexts.erase}
          </Button>
        ) : null}
      </PageHead>
      {user.lockedMethods.length === 0 ? null : (
        <Notice tone="bad">
          <strong>{userTexts.locked}</strong>
          <span className="Row">
            {user.lockedMethods.map((method) =>
              mayHelp ? (
                <Button
                  key={method}
                  isBusy={doing.isPending}
                  onClick={() =>
                    doing.mutate({
                      title: '',
                      text: '',
                      words: '',
                      done: fill(userTexts.unlocked, { method: methodWords(method) }),
                      run: () => manage('POST', `${path}/verification-methods/${method}/unlock`, {}),
                    })
                  }
                >
                  <LockOpen size={14} aria-hidden />
                  {fill(userTexts.unlock, { method: methodWords(method).toLowerCase() })}
                </Button>
              ) : (
                <Tag key={method} tone="bad">
                  {methodWords(method)}
                </Tag>
              ),
            )}
          </span>
        </Notice>
      )}
      <div className="Split">
        <div className="SplitMain">
          <section>
            <h2>{userTexts.authenticators}</h2>
            <Authenticators user={user} mayHelp={mayHelp} ask={setAct} path={path} />
          </section>
          {mayHelp ? (
            <section>
              <h2>{userTexts.helpThemIn}</h2>
              <HelpIn userId={user.userId} />
            </section>
          ) : null}
          <section>
            <h2>{userTexts.devices}</h2>
            <Devices user={user} mayHelp={mayHelp} ask={setAct} path={path} />
          </section>
          <section>
            <h2>{userTexts.sessions}</h2>
            <UserSessions user={user} mayHelp={mayHelp} ask={setAct} path={path} />
          </section>
          <section>
            <h2>{userTexts.messages}</h2>
            <Messages path={path} userId={user.userId} />
          </section>
          <section>
            <h2>
              {userTexts.recentActions}
              <Link className="More" to="/t/$tenantId/activity" params={{ tenantId }} search={{ userId: user.userId }}>
                {userTexts.allOfThem}
              </Link>
            </h2>
            <RecentActions userId={user.userId} />
          </section>
        </div>
        <aside className="SplitSide">
          <section className="Card">
            <h2>{userTexts.contacts}</h2>
            <Facts
              of={[
                [userTexts.email, <Contact key="email" value={contacts.email} isVerified={user.emailVerified} />],
                [
                  userTexts.phone,
                  <Contact key="phone" value={contacts.phoneNumber} isVerified={user.phoneNumberVerified} />,
                ],
              ]}
            />
            {isMasked && hasContacts && may('contacts:reveal') ? (
              <Button onClick={() => setRevealing(true)}>
                <Eye size={14} aria-hidden />
                {userTexts.reveal}
              </Button>
            ) : null}
          </section>
          <section className="Card">
            <h2>{userTexts.user}</h2>
            <Facts
              of={[
                [userTexts.userId, <Copyable key="id" value={user.userId} label={userTexts.copyUserId} />],
                ...(user.displayName === undefined ? [] : ([[userTexts.name, user.displayName]] as const)),
                ...(user.username === undefined ? [] : ([[userTexts.userName, user.username]] as const)),
                ...(user.locale === undefined ? [] : ([[userTexts.language, user.locale]] as const)),
                [userTexts.since, <Time key="since" at={user.createdAt} />],
              ]}
            />
          </section>
          <section className="Card">
            <h2>{userTexts.customData}</h2>
            <Custom of={user.custom} />
          </section>
        </aside>
      </div>
      <Modal isOpen={act !== undefined} close={() => setAct(undefined)} title={act?.title ?? ''} text={act?.text}>
        <div className="ModalEnd">
          <Button look="quiet" onClick={() => setAct(undefined)}>
            {commonTexts.cancel}
          </Button>
          <Button
            look="danger"
            isBusy={doing.isPending}
            onClick={() => (act === undefined ? undefined : doing.mutate(act))}
          >
            {act?.words}
          </Button>
        </div>
      </Modal>
      {isErasing ? <EraseUser userId={user.userId} close={() => setErasing(false)} /> : null}
      <Reveal user={user} isOpen={isRevealing} close={() => setRevealing(false)} show={setRevealed} />
    </>
  );
}

function Contact({ value, isVerified }: { readonly value: string | undefined; readonly isVerified: boolean }) {
  if (value === undefined) return <span className="Faint">{commonTexts.none}</span>;
  return (
    <span className="Contact">
      <span className="Words">{value}</span>
      <Tag tone={isVerified ? 'good' : 'wait'}>{isVerified ? userTexts.verified : userTexts.notVerified}</Tag>
    </span>
  );
}

interface PartProps {
  readonly user: UserDetail;
  readonly mayHelp: boolean;
  readonly ask: (act: Act) => void;
  readonly path: string;
}

function Authenticators({ user, mayHelp, ask, path }: PartProps) {
  const { manage } = useScene();
  if (user.authenticators.length === 0) {
    return (
      <Empty title={userTexts.noAuthenticator}>
        <p>{userTexts.noAuthenticatorText}</p>
      </Empty>
    );
  }
  return (
    <ul className="Things">
      {user.authenticators.map((one) => {
        const words = methodWords(one.verificationMethod);
        const label = one.name === undefined ? words : `${words} ${one.name}`;
        return (
          <li key={one.userAuthenticatorId}>
            <div className="ThingMain">
              <strong>{words}</strong>
              {one.name === undefined ? null : <span className="Cut">{one.name}</span>}
              <span className="Tags">
                {one.isDefault ? <Tag tone="main">{userTexts.default}</Tag> : null}
                {one.verifiedAt === undefined ? <Tag tone="wait">{userTexts.notVerified}</Tag> : null}
                {one.heldUntil === undefined ? null : (
                  <Tag tone="wait">{fillNodes(userTexts.heldUntil, { time: <Time at={one.heldUntil} /> })}</Tag>
                )}
              </span>
            </div>
            <span className="Faint ThingNote">
              {one.lastVerifiedAt === undefined
                ? fillNodes(userTexts.addedNeverUsed, { addedAt: <Time at={one.createdAt} isRelative /> })
                : fillNodes(userTexts.addedAndUsed, {
                    addedAt: <Time at={one.createdAt} isRelative />,
                    usedAt: <Time at={one.lastVerifiedAt} isRelative />,
                  })}
            </span>
            {mayHelp ? (
              <span className="Row">
                {one.heldUntil === undefined ? null : (
                  <Button
                    aria-label={fill(userTexts.liftHoldNamed, { label })}
                    onClick={() =>
                      ask({
                        title: userTexts.liftHoldTitle,
                        text: fill(userTexts.liftHoldText, { label }),
                        words: userTexts.liftHoldButton,
                        done: userTexts.holdLifted,
                        run: () =>
                          manage(
                            'POST',
                            `${path}/authenticators/${encodeURIComponent(one.userAuthenticatorId)}/lift-hold`,
                            {},
                          ),
                      })
                    }
                  >
                    {userTexts.liftHold}
                  </Button>
                )}
                <Button
                  aria-label={fill(userTexts.removeNamed, { label })}
                  onClick={() =>
                    ask({
                      title: userTexts.removeTitle,
                      text: fill(userTexts.removeText, { userId: user.userId, label }),
                      words: commonTexts.remove,
                      done: userTexts.authenticatorRemoved,
                      run: () =>
                        manage('DELETE', `${path}/authenticators/${encodeURIComponent(one.userAuthenticatorId)}`),
                    })
                  }
                >
                  {commonTexts.remove}
                </Button>
              </span>
            ) : null}
          </li>
        );
      })}
    </ul>
  );
}

function Devices({ user, mayHelp, ask, path }: PartProps) {
  const { manage } = useScene();
  if (user.devices.length === 0) {
    return <p className="Faint">{userTexts.noDevice}</p>;
  }
  return (
    <ul className="Things">
      {user.devices.map((device) => (
        <li key={device.deviceId}>
          <div className="ThingMain">
            <strong>{device.name ?? userTexts.device}</strong>
            <code className="Cut">{device.deviceId}</code>
            {device.isInvalidated ? <Tag tone="bad">{userTexts.invalidated}</Tag> : null}
            {device.rememberedUntil === undefined ? null : <Tag tone="good">{userTexts.remembered}</Tag>}
          </div>
          <span className="Faint ThingNote">
            {device.lastSeenAt === undefined ? userTexts.neverSeen : null}
            {device.lastSeenAt === undefined ? null : (
              <>{fillNodes(userTexts.seen, { lastSeenAt: <Time at={device.lastSeenAt} isRelative /> })}</>
            )}
          </span>
          {mayHelp && !device.isInvalidated ? (
            <Button
              aria-label={fill(userTexts.invalidateNamed, { name: device.name ?? device.deviceId })}
              onClick={() =>
                ask({
                  title: userTexts.invalidateTitle,
                  text: fill(userTexts.invalidateText, { userId: user.userId }),
                  words: userTexts.invalidate,
                  done: userTexts.deviceInvalidated,
                  run: () => manage('POST', `${path}/devices/${encodeURIComponent(device.deviceId)}/invalidate`),
                })
              }
            >
              {userTexts.invalidate}
            </Button>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

function UserSessions({ user, mayHelp, ask, path }: PartProps) {
  const { manage } = useScene();
  if (user.sessions.length === 0) return <p className="Faint">{userTexts.noSession}</p>;
  return (
    <ul className="Things">
      {user.sessions.map(({ sessionId, clientId, signedInAt, expiresAt }) => (
        <li key={sessionId}>
          <div className="ThingMain">
            <strong>{clientId}</strong>
          </div>
          <span className="Faint ThingNote">
            {fillNodes(userTexts.signedInEnds, {
              signedInAt: <Time at={signedInAt} isRelative />,
              expiresAt: <Time at={expiresAt} isRelative />,
            })}
          </span>
          {mayHelp ? (
            <Button
              aria-label={fill(userTexts.endSessionNamed, { clientId })}
              onClick={() =>
                ask({
                  title: userTexts.endSessionTitle,
                  text: fill(userTexts.endSessionText, { userId: user.userId, clientId }),
                  words: userTexts.end,
                  done: userTexts.sessionEnded,
                  run: () => manage('DELETE', `${path}/sessions/${encodeURIComponent(sessionId)}`),
                })
              }
            >
              {userTexts.end}
            </Button>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

const outcomes: Readonly<Record<UserMessages[number]['outcome'], string>> = {
  UNDER_WAY: 'wait',
  SENT: 'calm',
  DELIVERED: 'good',
  NOT_DELIVERED: 'bad',
  WITHHELD: 'bad',
  FAILED: 'bad',
};

function Messages({ path, userId }: { readonly path: string; readonly userId: string }) {
  const { tenant, portal } = useScene();
  const { data, error, refetch } = useQuery({
    queryKey: [tenant.tenantId, 'messages of', userId],
    queryFn: ({ signal }) => portal<UserMessages>('GET', `${path}/messages`, undefined, signal),
  });
  if (error !== null) return <Failure error={error} title={userTexts.messagesNotLoaded} retry={() => void refetch()} />;
  if (data === undefined) return <Skeleton label={userTexts.messagesLoading} lines={2} />;
  if (data.length === 0) return <p className="Faint">{userTexts.noMessage}</p>;
  return (
    <ul className="Things">
      {data.map(({ kind, verificationMethod, to, at, outcome, isUsed }, place) => (
        // They have no id, and none moves.
        <li key={place}>
          <div className="ThingMain">
            <strong>
              {kind === 'NOTICE' || verificationMethod === undefined
                ? userTexts.notice
                : methodWords(verificationMethod)}
            </strong>
            {to === undefined ? null : <span className="Cut">{to}</span>}
            <span className="Tags">
              <Tag tone={outcomes[outcome]}>{spaced(outcome)}</Tag>
              {isUsed ? <Tag tone="good">{userTexts.messageUsed}</Tag> : null}
            </span>
          </div>
          <span className="Faint ThingNote">
            <Time at={at} isRelative />
          </span>
        </li>
      ))}
    </ul>
  );
}

function RecentActions({ userId }: { readonly userId: string }) {
  const { tenant, portal, may } = useScene();
  const { tenantId } = tenant;
  const { data, error, refetch } = useQuery({
    queryKey: [tenantId, 'actions of', userId],
    queryFn: ({ signal }) => portal<ActionsPage>('GET', `/actions${queryOf({ userId, limit: 10 })}`, undefined, signal),
    enabled: may('activity:read'),
  });
  if (error !== null) return <Failure error={error} title={userTexts.actionsNotLoaded} retry={() => void refetch()} />;
  if (data === undefined) return <Skeleton label={userTexts.actionsLoading} lines={4} />;
  if (data.actions.length === 0) return <p className="Faint">{userTexts.noAction}</p>;
  return (
    <ul className="Recent Recent-wide">
      {data.actions.map((action) => (
        <li key={action.actionId}>
          <Link to="/t/$tenantId/actions/$actionId" params={{ tenantId, actionId: action.actionId }}>
            <span className="Cut">{action.actionCode}</span>
          </Link>
          <StateBadge state={action.state} />
          <span className="Number Faint">{action.ipAddress}</span>
          <Time at={action.createdAt} />
        </li>
      ))}
    </ul>
  );
}

function Reveal({
  user,
  isOpen,
  close,
  show,
}: {
  readonly user: UserDetail;
  readonly isOpen: boolean;
  readonly close: () => void;
  readonly show: (contacts: Contacts) => void;
}) {
  const { portal } = useScene();
  const [reason, setReason] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const revealing = useMutation({
    mutationFn: () =>
      portal<Contacts>('POST', `/users/${encodeURIComponent(user.userId)}/reveal`, { reason: reason.trim() }),
    onSuccess(contacts) {
      show(contacts);
      setReason('');
      close();
    },
    onError: (error) =>
      error instanceof StepUpDeclined ? undefined : tell(userTexts.notRevealed, wordsOf(error), 'bad'),
  });
  return (
    <Modal isOpen={isOpen} close={close} title={userTexts.revealTitle} text={userTexts.revealText} initialFocus={field}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() !== '') revealing.mutate();
        }}
      >
        <Labelled label={userTexts.reason} note={userTexts.reasonNote}>
          {(ids) => (
            <textarea
              {...ids}
              ref={field}
              className="Input"
              rows={2}
              maxLength={500}
              required
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Labelled>
        <div className="ModalEnd">
          <Button look="quiet" onClick={close}>
            {commonTexts.cancel}
          </Button>
          <Button look="main" type="submit" isBusy={revealing.isPending}>
            {userTexts.reveal}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
