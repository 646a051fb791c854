import { commonTexts } from '#portal-texts/kit.ts';
import { teamTexts } from '#portal-texts/team.ts';
import { fill, fillNodes } from '../kit/fill.ts';
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
      tell(teamTexts.removed, fill(teamTexts.removedText, { name, tenant: tenant.name }));
      setRemoving(undefined);
    },
    onError: (failed) =>
      failed instanceof StepUpDeclined ? undefined : tell(teamTexts.notRemoved, wordsOfTeam(failed), 'bad'),
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  });
  useShortcuts(
    teamTexts.team,
    canChange ? [{ keys: 'i', words: teamTexts.inviteTitle, run: () => setEditing('new') }] : [],
  );

  return (
    <div className="Page">
      <PageHead title={teamTexts.team} count={data === undefined ? undefined : String(data.length)}>
        {canChange ? (
          <Button look="main" onClick={() => setEditing('new')}>
            <UserPlus size={14} aria-hidden />
            {teamTexts.invite}
          </Button>
        ) : null}
      </PageHead>
      {!may('team:read') ? (
        <Empty icon={<UsersRound size={20} aria-hidden />} title={commonTexts.notForYou}>
          <p>{teamTexts.notForYouText}</p>
        </Empty>
      ) : error !== null && data === undefined ? (
        <Failure error={error} title={teamTexts.teamNotLoaded} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton label={teamTexts.teamLoading} />
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
                  {member.operatorId === session.operatorId ? <span className="Faint"> {teamTexts.you}</span> : null}
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
                  <Button
                    aria-label={fill(teamTexts.changeRolesNamed, { name: member.name })}
                    onClick={() => setEditing(member)}
                  >
                    {member.isActive ? teamTexts.roles : teamTexts.rolesInviteAgain}
                  </Button>
                  <Button
                    aria-label={fill(teamTexts.removeNamed, { name: member.name })}
                    onClick={() => setRemoving(member)}
                  >
                    {commonTexts.remove}
                  </Button>
                </span>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      {data !== undefined && data.length === 1 ? <Notice tone="calm">{teamTexts.alone}</Notice> : null}
      {editing === undefined ? null : (
        <MemberForm member={editing === 'new' ? undefined : editing} close={() => setEditing(undefined)} />
      )}
      <Modal
        isOpen={removing !== undefined}
        close={() => setRemoving(undefined)}
        title={fill(teamTexts.removeTitle, { name: removing?.name ?? '' })}
        text={fill(teamTexts.removeText, { tenant: tenant.name })}
      >
        <div className="ModalEnd">
          <Button look="quiet" onClick={() => setRemoving(undefined)}>
            {commonTexts.cancel}
          </Button>
          <Button
            look="danger"
            isBusy={remove.isPending}
            onClick={() => (removing === undefined ? undefined : remove.mutate(removing))}
          >
            {commonTexts.remove}
          </Button>
        </div>
      </Modal>
    </div>
  );
}

function MemberState({ member: { isActive, invitedUntil, seenAt } }: { readonly member: Member }) {
  if (!isActive && invitedUntil !== undefined) {
    return <>{fillNodes(teamTexts.invitedUntil, { invitedUntil: <Time at={invitedUntil} /> })}</>;
  }
  if (!isActive) return <>{teamTexts.invitationRanOut}</>;
  if (seenAt === undefined) return <>{teamTexts.notSeenLately}</>;
  return <>{fillNodes(teamTexts.seen, { seenAt: <Time at={seenAt} isRelative /> })}</>;
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
        how === 'change' ? teamTexts.rolesChanged : saved.isActive ? teamTexts.added : teamTexts.invited,
        how === 'change'
          ? fill(teamTexts.rolesChangedText, { name: saved.name })
          : saved.isActive
            ? fill(teamTexts.addedText, { name: saved.name })
            : fill(teamTexts.invitedText, { email: saved.email }),
      );
      void queries.invalidateQueries({ queryKey: [tenant.tenantId, 'team'] });
      close();
    },
    onError: (error) => (error instanceof StepUpDeclined ? undefined : setProblem(wordsOfTeam(error))),
  });
  const submit = (how: 'invite' | 'change') => {
    setProblem(undefined);
    if (chosen.length === 0) setProblem(teamTexts.noRole);
    else save.mutate(how);
  };
  return (
    <Modal
      isOpen
      close={close}
      title={isNew ? teamTexts.inviteTitle : fill(teamTexts.rolesTitle, { name: member.name })}
      text={isNew ? fill(teamTexts.inviteText, { tenant: tenant.name }) : teamTexts.rolesText}
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
            <Labelled label={teamTexts.emailAddress}>
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
            <Labelled label={teamTexts.name}>
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
          <legend>{teamTexts.rolesLabel}</legend>
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
            {commonTexts.cancel}
          </Button>
          {!isNew && !member.isActive ? (
            <Button isBusy={save.isPending} onClick={() => submit('invite')}>
              {teamTexts.inviteAgain}
            </Button>
          ) : null}
          <Button look="main" type="submit" isBusy={save.isPending}>
            {isNew ? teamTexts.sendTheInvitation : teamTexts.saveTheRoles}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** What a failure means on this page. */
const ownWords: ReadonlyMap<string, string> = new Map([
  ['conflict', teamTexts.lastAdmin],
  ['resource_already_exists', teamTexts.inTeamAlready],
  ['delivery_failed', teamTexts.mailFailed],
]);

function wordsOfTeam(error: unknown): string {
  return (error instanceof CallError ? ownWords.get(error.code) : undefined) ?? wordsOf(error);
}
