package io.llmforge.trainer.tracking;

/** Questions in GraphQL, with no more than is used of what W&amp;B's own client asks. */
final class WandbDocuments {

  /** What the server has of a run. */
  static final String RESUME_STATUS =
      """
      query RunResumeStatus($entity: String, $project: String, $name: String!) {
        model(entityName: $entity, name: $project) {
          bucket(name: $name, missingOk: true) {
            id
            historyLineCount
            historyTail
            summaryMetrics
            eventsTail
          }
        }
      }
      """;

  /** Makes a run, or says more about it. */
  static final String UPSERT =
      """
      mutation UpsertBucket(
        $id: String, $name: String, $entity: String, $project: String,
        $displayName: String, $groupName: String, $jobType: String, $notes: String,
        $tags: [String!], $program: String, $config: JSONString
      ) {
        upsertBucket(input: {
          id: $id, name: $name, entityName: $entity, modelName: $project,
          displayName: $displayName, groupName: $groupName, jobType: $jobType, notes: $notes,
          tags: $tags, jobProgram: $program, config: $config
        }) {
          bucket {
            name
            project {
              name
              entity { name }
            }
          }
        }
      }
      """;

  private WandbDocuments() {}
}
