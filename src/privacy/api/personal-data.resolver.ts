import { Arg, Ctx, Field, InputType, Mutation, Resolver } from 'type-graphql';
import type { Viewer } from '../../access/viewer';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/directives';
import { HasRole } from '../../graphql/roles/has-role';
import { masksOf } from '../../graphql/roles/masked';
import { answer, payloadOf } from '../../graphql/user-error';
import { ExportType } from '../../request-log/export/export.resolver';
import type { ExportRow } from '../../request-log/export/export.store';
import { REASON_RULE } from '../../values/reason';
import { orderPersonalData } from '../personal-data/export-personal-data';
import { ContentTarget, targetOf } from './content-target.inputs';

@InputType('ExportPersonalDataInput', { description: 'The person, and the reason.' })
class ExportPersonalDataInput {
  @Field(() => ContentTarget, {
    description: 'The user, a document about the person, or the requests whose payloads name the person.',
  })
  target: ContentTarget;

  @Field(() => String, {
    description: `The reason, recorded in the audit trail: ${REASON_RULE}`,
  })
  reason: string;
}

const ExportPersonalDataPayload = payloadOf('ExportPersonalData', {
  export: [() => ExportType, 'The export. The file is at its `url`.'],
});

@Resolver()
export class PersonalDataResolver {
  @HasRole('SYSTEM_MANAGER')
  @Mutation(() => ExportPersonalDataPayload, {
    description: withExample(
      'Creates a file of everything that is recorded about a user, or about a person whom documents name, with ' +
        'the partners that have received it (GDPR Art. 15). The file is NDJSON; each line names its kind. It is ' +
        'made while it is downloaded from `url`, by a SYSTEM_MANAGER, within 24 hours.',
      'mutation {\n  exportPersonalData(input: {\n    target: { businessDocument: { documentType: "Customer", name: "Jane Doe" } }\n' +
        '    reason: "Request 16 under Art. 15"\n  }) { export { url expiresAt } userErrors { field message } }\n}',
    ),
  })
  exportPersonalData(
    @Ctx() context: Context,
    @Arg('input', () => ExportPersonalDataInput, { description: 'The person, and the reason.' })
    input: ExportPersonalDataInput,
  ) {
    return answer({ export: null as ExportRow | null }, async () => {
      const { reason } = input;
      const target = await targetOf(context.db, masksOf(context).seesAll, input.target);
      return {
        export: await context.transaction((db) => orderPersonalData(db, context.viewer as Viewer, target, reason)),
      };
    });
  }
}
