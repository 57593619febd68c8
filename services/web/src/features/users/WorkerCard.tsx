import { Skeleton, Stack } from "@mantine/core";
import { useState } from "react";
import type { WorkerEntry } from "@/api/schema";
import { adminPeople } from "@/i18n/en/adminPeople";
import { useWords } from "@/i18n/language";
import { Card } from "@/ui/Card";
import { Done } from "@/ui/Done";
import { WorkerForm } from "./WorkerForm";
import { Workload } from "./Workload";

/** Skills, limit and load of an account that is a worker. Null while they load. */
export function WorkerCard({ worker }: { worker: WorkerEntry | null }) {
  const { workers: w } = useWords(adminPeople);
  const [saved, setSaved] = useState(false);
  return (
    <Card title={w.work}>
      {worker ? (
        <Stack>
          <Workload worker={worker} />
          <WorkerForm worker={worker} onSaved={() => setSaved(true)} />
          <Done message={saved ? w.changed(worker.name) : null} />
        </Stack>
      ) : (
        <Skeleton height="18rem" />
      )}
    </Card>
  );
}
