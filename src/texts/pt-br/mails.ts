import type { MailTexts } from '../mail-texts.ts';

/** Brazilian Portuguese. */
export const ptBrMails: MailTexts<'pt-br'> = {
  'code.subject': '{code} é seu código para {tenantName}',
  'code.heading': 'Seu código para {tenantName}',
  'code.validity': {
    one: 'Ele vale por {count} minuto e uma única vez.',
    other: 'Ele vale por {count} minutos e uma única vez.',
  },
  'code.warning': 'Se você não o pediu, ignore esta mensagem. Não passe o código a ninguém.',

  'text.code': '{tenantName}: use {code} para confirmar.',
  'text.validity': { one: 'Vale por {count} minuto.', other: 'Vale por {count} minutos.' },
  'text.warning': 'Nunca passe a outra pessoa.',

  'link.subject': 'Confirme a {tenantName} que é você',
  'link.description': 'Abra este link para confirmar a {tenantName} que é você.',
  'link.primaryCta': 'Confirmar que sou eu',
  'link.validity': {
    one: 'O link vale por {count} minuto e uma única vez.',
    other: 'O link vale por {count} minutos e uma única vez.',
  },
  'link.warning': 'Se você não o pediu, ignore esta mensagem e não abra o link.',

  'help-link.subject': 'Recupere o acesso à sua conta em {tenantName}',
  'help-link.description':
    'Você pediu ajuda a {tenantName}. Abra este link para adicionar uma nova forma de confirmar que é você.',
  'help-link.primaryCta': 'Recuperar o acesso',
  'help-link.validity': {
    one: 'O link vale por {count} hora e uma única vez.',
    other: 'O link vale por {count} horas e uma única vez.',
  },
  'help-link.warning': 'Se você não pediu ajuda, não abra o link. Nunca o repasse, seja quem for que peça.',
  'help-sent.subject': 'Um novo acesso à sua conta em {tenantName} foi enviado',
  'help-sent.description':
    'Pediram a {tenantName} que ajudasse você a recuperar o acesso, e um link foi enviado para {email}. Quem o ler pode adicionar uma nova forma de confirmar que é você.',
  'help-sent.primaryCta': 'Não fui eu: interromper',
  'help-sent.advice':
    'Se você pediu isto, não precisa fazer nada. Se não pediu, interrompa imediatamente: outra pessoa pode estar tentando entrar na sua conta.',

  'notice.way': 'Forma:',
  'notice.time': 'Quando:',
  'notice.advice':
    'Se foi você, não precisa fazer nada. Se não foi, avise {tenantName} imediatamente: talvez outra pessoa esteja tentando entrar na sua conta.',
  'authenticator-added.subject': 'Uma forma de confirmar que é você foi adicionada em {tenantName}',
  'authenticator-added.held':
    'Foi adicionada com um código de recuperação ou com uma forma menos forte. Até {time} ela permite fazer pouco.',
  'authenticator-removed.subject': 'Uma forma de confirmar que é você foi removida em {tenantName}',
  'method-locked.subject': 'Muitas tentativas erradas em {tenantName}',
  'method-locked.description':
    'Uma das suas formas de confirmar que é você está bloqueada após muitas tentativas erradas.',
  'method-locked.advice':
    'Se foi você, use outra forma ou peça ajuda a {tenantName}. Se não foi, avise {tenantName} imediatamente: talvez outra pessoa esteja tentando entrar na sua conta.',
  'action-denied.subject': 'Uma solicitação em {tenantName} foi recusada',
  'action-denied.description': 'Em uma mensagem enviada a você foi escolhido “Não, não fui eu”.',
  'action-denied.advice':
    'Se foi você, outra pessoa pode estar tentando entrar na sua conta: {tenantName} pode ajudar. Se não foi, alguém pode estar lendo seus e-mails: avise {tenantName} imediatamente.',
  'device-theft.subject': 'Um dispositivo lembrado em {tenantName} pode ter sido copiado',
  'device-theft.description':
    'O que nos permite lembrar um dos seus dispositivos foi usado em dois lugares. Por isso esquecemos todos os seus dispositivos, e você terá de confirmar de novo que é você.',
  'device-theft.advice':
    'Um navegador restaurado de um backup pode causar isso. Se não for o caso, avise {tenantName} imediatamente: talvez outra pessoa esteja tentando entrar na sua conta.',
  'recovery-code-used.subject': 'Um código de recuperação foi usado em {tenantName}',
  'recovery-code-used.codesLeft': {
    one: 'Resta {count} código de recuperação.',
    other: 'Restam {count} códigos de recuperação.',
  },
  'recovery-code-used.noneLeft': 'Não resta nenhum código de recuperação.',
  'recovery-codes-made.subject': 'Novos códigos de recuperação foram criados em {tenantName}',
  'recovery-codes-made.description': {
    one: 'Você tem {count} novo código de recuperação. Os anteriores não valem mais.',
    other: 'Você tem {count} novos códigos de recuperação. Os anteriores não valem mais.',
  },
};
