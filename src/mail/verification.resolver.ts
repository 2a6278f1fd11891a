import { Ctx, Mutation, Resolver } from 'type-graphql';
import { READERS, type Viewer } from '../access/viewer';
import { recordAct } from '../audit/write-audit-entry';
import { InputError } from '../errors/errors';
import type { Context } from '../graphql/context';
import { withExample } from '../graphql/directives';
import { HasRole } from '../graphql/roles/has-role';
import { answer, payloadOf } from '../graphql/user-error';
import { findUserForUpdate, type UserRow } from '../users/user.store';
import { UserType } from '../users/user.type';
import { insertVerification } from './mail-notice.store';

declare module '../graphql/context' {
  interface Services {
    /** Whether mail is sent: SMTP_URL. */
    hasMailServer: boolean;
  }
}

const RequestAddressVerificationPayload = payloadOf('RequestAddressVerification', { user: [() => UserType, 'You.'] });

@Resolver()
export class VerificationResolver {
  @HasRole(...READERS)
  @Mutation(() => RequestAddressVerificationPayload, {
    description: withExample(
      'Sends you a mail with a link that verifies your e-mail address, within ten minutes. Nothing is sent if it is verified. CONFLICT: you have ' +
        'no address, or no mail server is configured (SMTP_URL).',
      'mutation { requestAddressVerification { user { email emailVerified } userErrors { message } } }',
    ),
  })
  requestAddressVerification(@Ctx() context: Context) {
    return answer({ user: null as UserRow | null }, async () => {
      if (!context.services.hasMailServer) throw conflict('No mail is sent: the operator has not set SMTP_URL.');
      const viewer = context.viewer as Viewer;
      const user = await context.transaction(async (db) => {
        const own = await findUserForUpdate(db, viewer.userId);
        if (!own?.email) throw conflict('You have no e-mail address here: a SYSTEM_MANAGER can give you one.');
        if (own.emailVerified || !(await insertVerification(db, own.id))) return own;
        const act = { action: 'user.verification_requested', subjectType: 'User', subjectId: own.id };
        await recordAct(db, viewer, act);
        return own;
      });
      return { user };
    });
  }
}

function conflict(message: string): InputError {
  return new InputError([{ field: null, code: 'CONFLICT', message }]);
}
