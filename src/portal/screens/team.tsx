import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { UserPlus, UsersRound } from 'lucide-react';
import { useRef, useState } from 'react';
import { CallError, StepUpDeclined } from '../api/call.ts';
import { wordsOf } from '../api/words-of.ts';
import type { Member, Role } from '../api/types.ts';
import { Labelled } from '../kit/fields.tsx';
import { Modal } from '../kit/modal.tsx';
import { Button, Empty, Failure, Notice, PageHead, Skeleton, Tag, Time } from '../kit/parts.tsx';
import { tell } from '../kit/toasts.tsx';
import { roleNames, roleWords, roles } from '../kit/words.ts';
import { useShortcuts } from '../shell/shortcuts.ts';
import { useScene } from '../shell/tenant.tsx';

export function Team() {
  const { tenant, portal, may, session } = useScene();
  const queries = useQueryClient();
  const key = [tenant.tenantId, 'team'] as const;
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => portal<Member[]>('GET', '/members', undefined, signal),
    enabled: may('team:read'),
  });
  const [editing, setEditing] = useState<Member | 'new'>();
  const [removing, setRemoving] = useState<Member>();
  const canChange = may('team:change');
  const remove = useMutation({
    mutationFn: ({ operatorId }: Member) => portal('DELETE', `/members/${encodeURIComponent(operatorId)}`),
    onSuccess(_result, { name }) {
      tell('Removed', `${name} may no longer come in to ${tenant.name}.`);
      setRemoving(undefined);
    },
    onError: (failed) =>
      failed instanceof StepUpDeclined ? undefined : tell('Not removed', wordsOfTeam(failed), 'bad'),
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  });
  useShortcuts('Team', canChange ? [{ keys: 'i', words: 'Invite somebody', run: () => setEditing('new') }] : []);

  return (
    <div className="Page">
      <PageHead title="Team" count={data === undefined ? undefined : String(data.length)}>
        {canChange ? (
          <Button look="main" onClick={() => setEditing('new')}>
            <UserPlus size={14} aria-hidden />
            Invite
          </Button>
        ) : null}
      </PageHead>
      {!may('team:read') ? (
        <Empty icon={<UsersRound size={20} aria-hidden />} title="You may not see this">
          <p>Admins and auditors see the team.</p>
        </Empty>
      ) : error !== null && data === undefined ? (
        <Failure error={error} what="The team" retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton what="The team is" />
      ) : (
        <ul className="Things Things-team">
          {data.map((member) => (
            <li key={member.operatorId}>
              <span className="Avatar" aria-hidden>
                {Array.from(member.name)[0] ?? '?'}
              </span>
              <div className="ThingMain ThingStack">
                <strong className="Cut">
                  {member.name}
                  {member.operatorId === session.operatorId ? <span className="Faint"> (you)</span> : null}
                </strong>
                <span className="Faint Cut">{member.email}</span>
              </div>
              <span className="Tags">
                {member.roles.map((role) => (
                  <Tag key={role} tone={role === 'ADMIN' ? 'main' : 'calm'}>
                    {roleWords(role)}
                  </Tag>
                ))}
              </span>
              <span className="Faint ThingNote">
                <MemberState member={member} />
              </span>
              {canChange ? (
                <span className="Row">
                  <Button aria-label={`Change the roles of ${member.name}`} onClick={() => setEditing(member)}>
                    {member.isActive ? 'Roles' : 'Roles, invite again'}
                  </Button>
                  <Button aria-label={`Remove ${member.name}`} onClick={() => setRemoving(member)}>
                    Remove
                  </Button>
                </span>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      {data !== undefined && data.length === 1 ? (
        <Notice tone="calm">You are alone here. Invite a second admin: then a lost passkey locks nobody out.</Notice>
      ) : null}
      {editing === undefined ? null : (
        <MemberForm member={editing === 'new' ? undefined : editing} close={() => setEditing(undefined)} />
      )}
      <Modal
        isOpen={removing !== undefined}
        close={() => setRemoving(undefined)}
        title={`Remove ${removing?.name ?? ''}?`}
        text={`They can no longer come in to ${tenant.name}, at once and on all of their devices. What they did stays in the audit log.`}
      >
        <div className="ModalEnd">
          <Button look="quiet" onClick={() => setRemoving(undefined)}>
            Cancel
          </Button>
          <Button
            look="danger"
            isBusy={remove.isPending}
            onClick={() => (removing === undefined ? undefined : remove.mutate(removing))}
          >
            Remove
          </Button>
        </div>
      </Modal>
    </div>
  );
}

function MemberState({ member: { isActive, invitedUntil, seenAt } }: { readonly member: Member }) {
  if (!isActive && invitedUntil !== undefined) {
    return (
      <>
        Invited, until <Time at={invitedUntil} />
      </>
    );
  }
  if (!isActive) return <>Invitation ran out</>;
  if (seenAt === undefined) return <>Not seen lately</>;
  return (
    <>
      Seen <Time at={seenAt} isRelative />
    </>
  );
}

/** Invites somebody, or changes the roles of who is there. */
function MemberForm({ member, close }: { readonly member: Member | undefined; readonly close: () => void }) {
  const { tenant, portal } = useScene();
  const queries = useQueryClient();
  const [email, setEmail] = useState(member?.email ?? '');
  const [name, setName] = useState(member?.name ?? '');
  const [chosen, setChosen] = useState<readonly string[]>(member?.roles ?? ['ANALYST']);
  const [problem, setProblem] = useState<string>();
  const first = useRef<HTMLInputElement>(null);
  const isNew = member === undefined;
  const save = useMutation({
    mutationFn: async (how: 'invite' | 'change') =>
      how === 'change' && member !== undefined
        ? portal<Member>('PATCH', `/members/${encodeURIComponent(member.operatorId)}`, { roles: chosen })
        : portal<Member>('POST', '/members', { email: email.trim(), name: name.trim(), roles: chosen }),
    onSuccess(saved, how) {
      tell(
        how === 'change' ? 'Roles changed' : saved.isActive ? 'Added' : 'Invited',
        how === 'change'
          ? `They count at once for ${saved.name}.`
          : saved.isActive
            ? `${saved.name} can come in with what they sign in with already.`
            : `A link was mailed to ${saved.email}. It works once, for one hour.`,
      );
      void queries.invalidateQueries({ queryKey: [tenant.tenantId, 'team'] });
      close();
    },
    onError: (error) => (error instanceof StepUpDeclined ? undefined : setProblem(wordsOfTeam(error))),
  });
  const submit = (how: 'invite' | 'change') => {
    setProblem(undefined);
    if (chosen.length === 0) setProblem('Choose at least one role.');
    else save.mutate(how);
  };
  return (
    <Modal
      isOpen
      close={close}
      title={isNew ? 'Invite somebody' : `Roles of ${member.name}`}
      text={
        isNew
          ? `They get a link by mail, by which they can come in to ${tenant.name}.`
          : 'A change counts at once for all of their sessions.'
      }
      {...(isNew ? { initialFocus: first } : {})}
      size="large"
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit(isNew ? 'invite' : 'change');
        }}
      >
        {isNew ? (
          <div className="Columns">
            <Labelled label="Email address">
              {(ids) => (
                <input
                  {...ids}
                  ref={first}
                  className="Input"
                  type="email"
                  required
                  maxLength={254}
                  autoComplete="off"
                  value={email}
                  onChange={(event) => setEmail(event.target.value)}
                />
              )}
            </Labelled>
            <Labelled label="Name">
              {(ids) => (
                <input
                  {...ids}
                  className="Input"
                  required
                  maxLength={100}
                  autoComplete="off"
                  value={name}
                  onChange={(event) => setName(event.target.value)}
                />
              )}
            </Labelled>
          </div>
        ) : null}
        <fieldset className="Choices">
          <legend>Roles. Several add up.</legend>
          {roleNames.map((role: Role) => (
            <label key={role} className="Check">
              <input
                type="checkbox"
                checked={chosen.includes(role)}
                onChange={(event) =>
                  setChosen(event.target.checked ? [...chosen, role] : chosen.filter((one) => one !== role))
                }
              />
              <span>
                <strong>{roles[role].words}</strong>
                <small>{roles[role].may}</small>
              </span>
            </label>
          ))}
        </fieldset>
        <div role="alert">{problem === undefined ? null : <Notice tone="bad">{problem}</Notice>}</div>
        <div className="ModalEnd">
          <Button look="quiet" onClick={close}>
            Cancel
          </Button>
          {!isNew && !member.isActive ? (
            <Button isBusy={save.isPending} onClick={() => submit('invite')}>
              Invite again
            </Button>
          ) : null}
          <Button look="main" type="submit" isBusy={save.isPending}>
            {isNew ? 'Send the invitation' : 'Save the roles'}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** What a failure means on this page. */
const ownWords: ReadonlyMap<string, string> = new Map([
  ['conflict', 'This is the last admin: without one nobody could change the team. Make somebody else an admin first.'],
  ['resource_already_exists', 'They are in the team already. Change their roles in the list.'],
  ['delivery_failed', 'The mail could not be sent. Check the mail settings of the server, then invite them again.'],
]);

function wordsOfTeam(error: unknown): string {
  return (error instanceof CallError ? ownWords.get(error.code) : undefined) ?? wordsOf(error);
}
