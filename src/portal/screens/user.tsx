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
          Users
        </Link>
      </div>
      {data !== undefined ? (
        <UserBody user={data} />
      ) : error === null ? (
        <Skeleton what="The user is" lines={12} />
      ) : (
        <Failure isWholePage error={error} what="The user" retry={() => void refetch()} />
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
      if (!(error instanceof StepUpDeclined)) tell('Nothing was changed', wordsOf(error), 'bad');
    },
    onSettled: () => queries.invalidateQueries({ queryKey: [tenantId, 'user', user.userId] }),
  });
  const exporting = useMutation({
    mutationFn: () => manage<unknown>('GET', `${path}/export`),
    onSuccess: (known) => download(`sallyport-user.json`, JSON.stringify(known, null, 2), 'application/json'),
    onError: (error) =>
      error instanceof StepUpDeclined ? undefined : tell('Nothing was exported', wordsOf(error), 'bad'),
  });
  const contacts = revealed ?? user;
  const isMasked = user.areContactsMasked && revealed === undefined;
  const hasContacts = user.email !== undefined || user.phoneNumber !== undefined;

  return (
    <>
      <PageHead title={user.userId}>
        {user.isEnrolled ? <Tag tone="good">Enrolled</Tag> : <Tag>Not enrolled</Tag>}
        {may('users:export') ? (
          <Button isBusy={exporting.isPending} onClick={() => exporting.mutate()}>
            <Download size={14} aria-hidden />
            Export
          </Button>
        ) : null}
        {may('users:erase') ? (
          <Button onClick={() => setErasing(true)}>
            <Trash2 size={14} aria-hidden />
            Erase
          </Button>
        ) : null}
      </PageHead>
      {user.lockedMethods.length === 0 ? null : (
        <Notice tone="bad">
          <strong>Locked after too many wrong guesses:</strong>
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
                      done: `${methodWords(method)} unlocked`,
                      run: () => manage('POST', `${path}/verification-methods/${method}/unlock`, {}),
                    })
                  }
                >
                  <LockOpen size={14} aria-hidden />
                  Unlock {methodWords(method).toLowerCase()}
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
            <h2>Authenticators</h2>
            <Authenticators user={user} mayHelp={mayHelp} ask={setAct} path={path} />
          </section>
          {mayHelp ? (
            <section>
              <h2>Help them in</h2>
              <HelpIn userId={user.userId} />
            </section>
          ) : null}
          <section>
            <h2>Devices</h2>
            <Devices user={user} mayHelp={mayHelp} ask={setAct} path={path} />
          </section>
          <section>
            <h2>Sessions</h2>
            <UserSessions user={user} mayHelp={mayHelp} ask={setAct} path={path} />
          </section>
          <section>
            <h2>Messages</h2>
            <Messages path={path} userId={user.userId} />
          </section>
          <section>
            <h2>
              Recent actions
              <Link className="More" to="/t/$tenantId/activity" params={{ tenantId }} search={{ userId: user.userId }}>
                All of them
              </Link>
            </h2>
            <RecentActions userId={user.userId} />
          </section>
        </div>
        <aside className="SplitSide">
          <section className="Card">
            <h2>Contacts</h2>
            <Facts
              of={[
                ['Email', <Contact key="email" value={contacts.email} isVerified={user.emailVerified} />],
                ['Phone', <Contact key="phone" value={contacts.phoneNumber} isVerified={user.phoneNumberVerified} />],
              ]}
            />
            {isMasked && hasContacts && may('contacts:reveal') ? (
              <Button onClick={() => setRevealing(true)}>
                <Eye size={14} aria-hidden />
                Reveal
              </Button>
            ) : null}
          </section>
          <section className="Card">
            <h2>User</h2>
            <Facts
              of={[
                ['User id', <Copyable key="id" value={user.userId} label="user id" />],
                ...(user.displayName === undefined ? [] : ([['Name', user.displayName]] as const)),
                ...(user.username === undefined ? [] : ([['User name', user.username]] as const)),
                ...(user.locale === undefined ? [] : ([['Language', user.locale]] as const)),
                ['Since', <Time key="since" at={user.createdAt} />],
              ]}
            />
          </section>
          <section className="Card">
            <h2>Custom data</h2>
            <Custom of={user.custom} />
          </section>
        </aside>
      </div>
      <Modal isOpen={act !== undefined} close={() => setAct(undefined)} title={act?.title ?? ''} text={act?.text}>
        <div className="ModalEnd">
          <Button look="quiet" onClick={() => setAct(undefined)}>
            Cancel
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
  if (value === undefined) return <span className="Faint">None</span>;
  return (
    <span className="Contact">
      <span className="Words">{value}</span>
      <Tag tone={isVerified ? 'good' : 'wait'}>{isVerified ? 'Verified' : 'Not verified'}</Tag>
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
      <Empty title="No authenticator">
        <p>The user enrols one at their next challenge, or your backend enrols what it has verified itself.</p>
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
                {one.isDefault ? <Tag tone="main">Default</Tag> : null}
                {one.verifiedAt === undefined ? <Tag tone="wait">Not verified</Tag> : null}
                {one.heldUntil === undefined ? null : (
                  <Tag tone="wait">
                    Held until <Time at={one.heldUntil} />
                  </Tag>
                )}
              </span>
            </div>
            <span className="Faint ThingNote">
              Added <Time at={one.createdAt} isRelative />
              {one.lastVerifiedAt === undefined ? ', never used' : null}
              {one.lastVerifiedAt === undefined ? null : (
                <>
                  , used <Time at={one.lastVerifiedAt} isRelative />
                </>
              )}
            </span>
            {mayHelp ? (
              <span className="Row">
                {one.heldUntil === undefined ? null : (
                  <Button
                    aria-label={`Lift hold on ${label}`}
                    onClick={() =>
                      ask({
                        title: 'Lift the hold?',
                        text: `${label} was added in recovery. Without the hold it counts in full at once. Be sure who added it.`,
                        words: 'Lift the hold',
                        done: 'Hold lifted',
                        run: () =>
                          manage(
                            'POST',
                            `${path}/authenticators/${encodeURIComponent(one.userAuthenticatorId)}/lift-hold`,
                            {},
                          ),
                      })
                    }
                  >
                    Lift hold
                  </Button>
                )}
                <Button
                  aria-label={`Remove ${label}`}
                  onClick={() =>
                    ask({
                      title: 'Remove this authenticator?',
                      text: `${user.userId} can no longer verify with ${label}. If it is their last one, they enrol a new one at their next challenge.`,
                      words: 'Remove',
                      done: 'Authenticator removed',
                      run: () =>
                        manage('DELETE', `${path}/authenticators/${encodeURIComponent(one.userAuthenticatorId)}`),
                    })
                  }
                >
                  Remove
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
    return <p className="Faint">None yet: a device appears when your backend sends a device id with an action.</p>;
  }
  return (
    <ul className="Things">
      {user.devices.map((device) => (
        <li key={device.deviceId}>
          <div className="ThingMain">
            <strong>{device.name ?? 'Device'}</strong>
            <code className="Cut">{device.deviceId}</code>
            {device.isInvalidated ? <Tag tone="bad">Invalidated</Tag> : null}
            {device.rememberedUntil === undefined ? null : <Tag tone="good">Remembered</Tag>}
          </div>
          <span className="Faint ThingNote">
            {device.lastSeenAt === undefined ? 'Never seen' : null}
            {device.lastSeenAt === undefined ? null : (
              <>
                Seen <Time at={device.lastSeenAt} isRelative />
              </>
            )}
          </span>
          {mayHelp && !device.isInvalidated ? (
            <Button
              aria-label={`Invalidate ${device.name ?? device.deviceId}`}
              onClick={() =>
                ask({
                  title: 'Invalidate this device?',
                  text: `Rules no longer know it as a device of ${user.userId}, and it is no longer remembered. Do this if it was lost.`,
                  words: 'Invalidate',
                  done: 'Device invalidated',
                  run: () => manage('POST', `${path}/devices/${encodeURIComponent(device.deviceId)}/invalidate`),
                })
              }
            >
              Invalidate
            </Button>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

function UserSessions({ user, mayHelp, ask, path }: PartProps) {
  const { manage } = useScene();
  if (user.sessions.length === 0)
    return <p className="Faint">None: the user is not signed in to an app of this tenant.</p>;
  return (
    <ul className="Things">
      {user.sessions.map(({ sessionId, clientId, signedInAt, expiresAt }) => (
        <li key={sessionId}>
          <div className="ThingMain">
            <strong>{clientId}</strong>
          </div>
          <span className="Faint ThingNote">
            Signed in <Time at={signedInAt} isRelative />, ends <Time at={expiresAt} isRelative />
          </span>
          {mayHelp ? (
            <Button
              aria-label={`End the session in ${clientId}`}
              onClick={() =>
                ask({
                  title: 'End this session?',
                  text: `${user.userId} has to sign in to ${clientId} again, at the latest when its access token expires.`,
                  words: 'End',
                  done: 'Session ended',
                  run: () => manage('DELETE', `${path}/sessions/${encodeURIComponent(sessionId)}`),
                })
              }
            >
              End
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
  if (error !== null) return <Failure error={error} what="The messages" retry={() => void refetch()} />;
  if (data === undefined) return <Skeleton what="Messages are" lines={2} />;
  if (data.length === 0) return <p className="Faint">None: codes are kept for a day, notices for 30.</p>;
  return (
    <ul className="Things">
      {data.map(({ kind, verificationMethod, to, at, outcome, isUsed }, place) => (
        // They have no id, and none moves.
        <li key={place}>
          <div className="ThingMain">
            <strong>
              {kind === 'NOTICE' || verificationMethod === undefined ? 'Notice' : methodWords(verificationMethod)}
            </strong>
            {to === undefined ? null : <span className="Cut">{to}</span>}
            <span className="Tags">
              <Tag tone={outcomes[outcome]}>{spaced(outcome)}</Tag>
              {isUsed ? <Tag tone="good">Used</Tag> : null}
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
  if (error !== null) return <Failure error={error} what="The actions" retry={() => void refetch()} />;
  if (data === undefined) return <Skeleton what="Actions are" lines={4} />;
  if (data.actions.length === 0) return <p className="Faint">None in the time that actions are kept.</p>;
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
      error instanceof StepUpDeclined ? undefined : tell('Nothing was revealed', wordsOf(error), 'bad'),
  });
  return (
    <Modal
      isOpen={isOpen}
      close={close}
      title="Reveal the contacts"
      text="The audit log records that you saw them, and your reason."
      initialFocus={field}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() !== '') revealing.mutate();
        }}
      >
        <Labelled label="Reason" note="For example the number of the ticket.">
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
            Cancel
          </Button>
          <Button look="main" type="submit" isBusy={revealing.isPending}>
            Reveal
          </Button>
        </div>
      </form>
    </Modal>
  );
}
