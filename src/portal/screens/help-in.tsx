/** Helping a user in who has lost their authenticators: one operator asks, another one approves, the user gets a link. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { LifeBuoy } from 'lucide-react';
import { useRef, useState } from 'react';
import { StepUpDeclined } from '../api/call.ts';
import type { Help, UserHelp } from '../api/types.ts';
import { wordsOf } from '../api/words-of.ts';
import { Labelled } from '../kit/fields.tsx';
import { Modal } from '../kit/modal.tsx';
import { Button, Failure, Notice, Skeleton, Tag, Time } from '../kit/parts.tsx';
import { tell } from '../kit/toasts.tsx';
import { useScene } from '../shell/tenant.tsx';

const states: Readonly<Record<Help['state'], { readonly words: string; readonly tone: string }>> = {
  WAITING: { words: 'Waits for a second person', tone: 'wait' },
  SENT: { words: 'Link sent', tone: 'main' },
  USED: { words: 'Used', tone: 'good' },
  REFUSED: { words: 'Refused', tone: 'calm' },
  STOPPED: { words: 'Stopped by the user', tone: 'bad' },
  EXPIRED: { words: 'Expired', tone: 'calm' },
};

/** Of a user's page, for whoever may help users. */
export function HelpIn({ userId }: { readonly userId: string }) {
  const { tenant, portal } = useScene();
  const path = `/users/${encodeURIComponent(userId)}/help`;
  const { data, error, refetch } = useQuery({
    queryKey: [tenant.tenantId, 'help', userId],
    queryFn: ({ signal }) => portal<UserHelp>('GET', path, undefined, signal),
  });
  const [isAsking, setAsking] = useState(false);
  if (data === undefined) {
    return error === null ? (
      <Skeleton what="Help is" lines={2} />
    ) : (
      <Failure error={error} what="Help" retry={() => void refetch()} />
    );
  }
  const { contacts, helps } = data;
  const isOpen = helps.some(({ state }) => state === 'WAITING' || state === 'SENT');
  return (
    <>
      {isOpen ? null : contacts.length === 0 ? (
        <p className="Faint">
          No link can be sent: the user has no email address that they verified seven days ago or earlier. Verify who
          they are in another way, remove the authenticators that are lost, and let your backend enrol them again.
        </p>
      ) : (
        <div className="Row">
          <Button onClick={() => setAsking(true)}>
            <LifeBuoy size={14} aria-hidden />
            Help them in
          </Button>
          <span className="Faint">A link lets them add an authenticator. A second person has to approve it.</span>
        </div>
      )}
      {helps.length === 0 ? null : (
        <ul className="Things">
          {helps.map((help) => (
            <HelpEntry key={help.helpId} help={help} />
          ))}
        </ul>
      )}
      {isAsking ? <AskHelp userId={userId} contacts={contacts} close={() => setAsking(false)} /> : null}
    </>
  );
}

/** Everything that waits for a second person. Nothing if nothing does. */
export function WaitingHelps() {
  const { tenant, portal } = useScene();
  const { data } = useQuery({
    queryKey: [tenant.tenantId, 'help', 'waiting'],
    queryFn: ({ signal }) => portal<readonly Help[]>('GET', '/helps', undefined, signal),
  });
  if (data === undefined || data.length === 0) return null;
  return (
    <Notice tone="wait">
      <strong>Waiting for a second person</strong>
      <ul className="Things">
        {data.map((help) => (
          <HelpEntry key={help.helpId} help={help} isLinked />
        ))}
      </ul>
    </Notice>
  );
}

function HelpEntry({ help, isLinked = false }: { readonly help: Help; readonly isLinked?: boolean }) {
  const { tenant, portal } = useScene();
  const queries = useQueryClient();
  const [isApproving, setApproving] = useState(false);
  const path = `/helps/${encodeURIComponent(help.helpId)}`;
  const { tenantId } = tenant;
  const { userId, state } = help;
  const changing = useMutation({
    mutationFn: (what: 'approve' | 'refuse') => portal('POST', `${path}/${what}`, {}),
    onSuccess(_result, what) {
      tell(
        what === 'approve' ? 'Link sent' : state === 'SENT' ? 'Link ended' : help.isOwn ? 'Withdrawn' : 'Refused',
        userId,
      );
      setApproving(false);
    },
    onError(error) {
      if (!(error instanceof StepUpDeclined)) tell('Nothing was changed', wordsOf(error), 'bad');
    },
    onSettled: () => queries.invalidateQueries({ queryKey: [tenantId, 'help'] }),
  });
  return (
    <li>
      <div className="ThingMain">
        {isLinked ? (
          <Link to="/t/$tenantId/users/$userId" params={{ tenantId, userId }}>
            <strong>{userId}</strong>
          </Link>
        ) : null}
        <Tag tone={states[state].tone}>{states[state].words}</Tag>
        <span className="Words">{help.reason}</span>
      </div>
      <span className="Faint ThingNote">
        <HelpStory help={help} />
      </span>
      {state === 'WAITING' || state === 'SENT' ? (
        <span className="Row">
          {state === 'WAITING' && !help.isOwn ? (
            <Button look="main" aria-label={`Approve help for ${userId}`} onClick={() => setApproving(true)}>
              Approve
            </Button>
          ) : null}
          <Button
            isBusy={changing.isPending}
            aria-label={`${endWords(help)} help for ${userId}`}
            onClick={() => changing.mutate('refuse')}
          >
            {endWords(help)}
          </Button>
        </span>
      ) : null}
      <Modal
        isOpen={isApproving}
        close={() => setApproving(false)}
        title={`Help ${userId} in?`}
        text={`A link goes to ${help.email}. With it, they add an authenticator, which is on hold at first. All of their addresses are told. ${help.askedBy} gave as reason: “${help.reason}” Be sure that they have found out who is asking.`}
      >
        <div className="ModalEnd">
          <Button look="quiet" onClick={() => setApproving(false)}>
            Cancel
          </Button>
          <Button look="main" isBusy={changing.isPending} onClick={() => changing.mutate('approve')}>
            Approve and send
          </Button>
        </div>
      </Modal>
    </li>
  );
}

function endWords({ state, isOwn }: Help): string {
  if (state === 'SENT') return 'End the link';
  return isOwn ? 'Withdraw' : 'Refuse';
}

function HelpStory({ help }: { readonly help: Help }) {
  const { approvedBy, approvedAt, usedAt, endedAt, endedBy } = help;
  return (
    <>
      To {help.email}. Asked by {help.isOwn ? 'you' : help.askedBy} <Time at={help.askedAt} isRelative />
      {approvedAt === undefined ? null : (
        <>
          , approved by {approvedBy} <Time at={approvedAt} isRelative />
        </>
      )}
      {usedAt === undefined ? null : (
        <>
          , used <Time at={usedAt} isRelative />
        </>
      )}
      {endedAt === undefined ? null : (
        <>
          , ended {endedBy === undefined ? null : `by ${endedBy} `}
          <Time at={endedAt} isRelative />
        </>
      )}
      {help.state === 'WAITING' ? (
        <>
          , open until <Time at={help.expiresAt} />
        </>
      ) : null}
      {help.state === 'SENT' ? (
        <>
          , works until <Time at={help.expiresAt} />
        </>
      ) : null}
    </>
  );
}

function AskHelp({
  userId,
  contacts,
  close,
}: {
  readonly userId: string;
  readonly contacts: UserHelp['contacts'];
  readonly close: () => void;
}) {
  const { tenant, portal } = useScene();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState(contacts[0]?.userAuthenticatorId ?? '');
  const [reason, setReason] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const asking = useMutation({
    mutationFn: () =>
      portal<Help>('POST', `/users/${encodeURIComponent(userId)}/help`, {
        userAuthenticatorId: chosen,
        reason: reason.trim(),
      }),
    onSuccess() {
      tell('Asked', 'A second person has 24 hours to approve it. Tell a colleague: it is on their page of users.');
      close();
    },
    onError: (error) => (error instanceof StepUpDeclined ? undefined : tell('Not asked', wordsOf(error), 'bad')),
    onSettled: () => queries.invalidateQueries({ queryKey: [tenant.tenantId, 'help'] }),
  });
  return (
    <Modal
      isOpen
      close={close}
      title={`Help ${userId} in`}
      text="Find out first who is asking. A second person has to approve; then a link goes to the user, which nobody here sees."
      initialFocus={field}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() !== '') asking.mutate();
        }}
      >
        <Labelled label="Send the link to" note="Addresses that the user verified seven days ago or earlier.">
          {(ids) => (
            <select {...ids} className="Input" value={chosen} onChange={(event) => setChosen(event.target.value)}>
              {contacts.map(({ userAuthenticatorId, email }) => (
                <option key={userAuthenticatorId} value={userAuthenticatorId}>
                  {email}
                </option>
              ))}
            </select>
          )}
        </Labelled>
        <Labelled label="Reason" note="How you know that it is them, and the number of the ticket. It stays on record.">
          {(ids) => (
            <textarea
              {...ids}
              ref={field}
              className="Input"
              rows={3}
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
          <Button look="main" type="submit" isBusy={asking.isPending}>
            Ask for approval
          </Button>
        </div>
      </form>
    </Modal>
  );
}
