/** Helping a user in who has lost their authenticators: one operator asks, another one approves, the user gets a link. */
import { commonTexts } from '#portal-texts/kit.ts';
import { helpInTexts } from '#portal-texts/help-in.ts';
import { fill, fillNodes } from '../kit/fill.ts';
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
  WAITING: { words: helpInTexts.waitsForASecondPerson, tone: 'wait' },
  SENT: { words: helpInTexts.linkSent, tone: 'main' },
  USED: { words: helpInTexts.used, tone: 'good' },
  REFUSED: { words: helpInTexts.refused, tone: 'calm' },
  STOPPED: { words: helpInTexts.stoppedByTheUser, tone: 'bad' },
  EXPIRED: { words: helpInTexts.expired, tone: 'calm' },
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
      <Skeleton label={helpInTexts.helpLoading} lines={2} />
    ) : (
      <Failure error={error} title={helpInTexts.helpNotLoaded} retry={() => void refetch()} />
    );
  }
  const { contacts, helps } = data;
  const isOpen = helps.some(({ state }) => state === 'WAITING' || state === 'SENT');
  return (
    <>
      {isOpen ? null : contacts.length === 0 ? (
        <p className="Faint">{helpInTexts.noAddress}</p>
      ) : (
        <div className="Row">
          <Button onClick={() => setAsking(true)}>
            <LifeBuoy size={14} aria-hidden />
            {helpInTexts.helpThemIn}
          </Button>
          <span className="Faint">{helpInTexts.helpInText}</span>
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
      <strong>{helpInTexts.waitingForASecondPerson}</strong>
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
  const endTexts = endTextsOf(help);
  const changing = useMutation({
    mutationFn: (what: 'approve' | 'refuse') => portal('POST', `${path}/${what}`, {}),
    onSuccess(_result, what) {
      tell(
        what === 'approve'
          ? helpInTexts.linkSent
          : state === 'SENT'
            ? helpInTexts.linkEnded
            : help.isOwn
              ? helpInTexts.withdrawn
              : helpInTexts.refused,
        userId,
      );
      setApproving(false);
    },
    onError(error) {
      if (!(error instanceof StepUpDeclined)) tell(commonTexts.nothingChanged, wordsOf(error), 'bad');
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
            <Button
              look="main"
              aria-label={fill(helpInTexts.approveNamed, { userId })}
              onClick={() => setApproving(true)}
            >
              {helpInTexts.approve}
            </Button>
          ) : null}
          <Button
            isBusy={changing.isPending}
            aria-label={fill(endTexts.named, { userId })}
            onClick={() => changing.mutate('refuse')}
          >
            {endTexts.words}
          </Button>
        </span>
      ) : null}
      <Modal
        isOpen={isApproving}
        close={() => setApproving(false)}
        title={fill(helpInTexts.approveTitle, { userId })}
        text={fill(helpInTexts.approveText, { email: help.email, askedBy: help.askedBy, reason: help.reason })}
      >
        <div className="ModalEnd">
          <Button look="quiet" onClick={() => setApproving(false)}>
            {commonTexts.cancel}
          </Button>
          <Button look="main" isBusy={changing.isPending} onClick={() => changing.mutate('approve')}>
            {helpInTexts.approveAndSend}
          </Button>
        </div>
      </Modal>
    </li>
  );
}

function endTextsOf({ state, isOwn }: Help) {
  if (state === 'SENT') return helpInTexts.endLink;
  return isOwn ? helpInTexts.withdraw : helpInTexts.refuse;
}

function HelpStory({ help }: { readonly help: Help }) {
  const { approvedBy, approvedAt, usedAt, endedAt, endedBy } = help;
  return (
    <>
      {help.isOwn
        ? fillNodes(helpInTexts.toAskedByYou, { email: help.email, askedAt: <Time at={help.askedAt} isRelative /> })
        : fillNodes(helpInTexts.toAskedBy, {
            email: help.email,
            askedBy: help.askedBy,
            askedAt: <Time at={help.askedAt} isRelative />,
          })}
      {approvedAt === undefined ? null : (
        <>{fillNodes(helpInTexts.approvedBy, { approvedBy, approvedAt: <Time at={approvedAt} isRelative /> })}</>
      )}
      {usedAt === undefined ? null : <>{fillNodes(helpInTexts.usedAt, { usedAt: <Time at={usedAt} isRelative /> })}</>}
      {endedAt === undefined ? null : endedBy === undefined ? (
        <>{fillNodes(helpInTexts.endedAt, { endedAt: <Time at={endedAt} isRelative /> })}</>
      ) : (
        <>{fillNodes(helpInTexts.endedBy, { endedBy, endedAt: <Time at={endedAt} isRelative /> })}</>
      )}
      {help.state === 'WAITING' ? (
        <>{fillNodes(helpInTexts.openUntil, { expiresAt: <Time at={help.expiresAt} /> })}</>
      ) : null}
      {help.state === 'SENT' ? (
        <>{fillNodes(helpInTexts.worksUntil, { expiresAt: <Time at={help.expiresAt} /> })}</>
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
      tell(helpInTexts.asked, helpInTexts.askedText);
      close();
    },
    onError: (error) =>
      error instanceof StepUpDeclined ? undefined : tell(helpInTexts.notAsked, wordsOf(error), 'bad'),
    onSettled: () => queries.invalidateQueries({ queryKey: [tenant.tenantId, 'help'] }),
  });
  return (
    <Modal
      isOpen
      close={close}
      title={fill(helpInTexts.askTitle, { userId })}
      text={helpInTexts.askText}
      initialFocus={field}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() !== '') asking.mutate();
        }}
      >
        <Labelled label={helpInTexts.sendTo} note={helpInTexts.sendToNote}>
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
        <Labelled label={helpInTexts.reason} note={helpInTexts.reasonNote}>
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
            {commonTexts.cancel}
          </Button>
          <Button look="main" type="submit" isBusy={asking.isPending}>
            {helpInTexts.askForApproval}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
