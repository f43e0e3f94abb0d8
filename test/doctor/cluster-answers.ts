import type { Question } from "../../runtime/doctor/slurm/answers.js";

/** What SLURM 22.05.8 prints on the test cluster, but for the lines of no interest here. */
const PRINTED: Readonly<Record<Question, string>> = {
  chosen: "",
  ignored: "",
  ping: "Slurmctld(primary) at vm is UP",
  sbatch: "sbatch: Job 8 to start at 2026-11-23T02:46:38 using 2 processors on nodes n1 in partition main",
  partitions: `PartitionName=main
   AllowGroups=ALL AllowAccounts=ALL AllowQos=ALL
   AllocNodes=ALL Default=YES QoS=N/A
   DefaultTime=01:00:00 DisableRootJobs=NO ExclusiveUser=NO GraceTime=0 Hidden=NO
   MaxNodes=UNLIMITED MaxTime=UNLIMITED MinNodes=0 LLN=NO MaxCPUsPerNode=UNLIMITED
   Nodes=n[1-4]
   PriorityJobFactor=1 PriorityTier=1 RootOnly=NO ReqResv=NO OverSubscribe=NO
   OverTimeLimit=NONE PreemptMode=OFF
   State=UP TotalCPUs=8 TotalNodes=4 SelectTypeParameters=NONE
   JobDefaults=(null)
   DefMemPerNode=UNLIMITED MaxMemPerNode=UNLIMITED
   TRES=cpu=8,mem=8000M,node=4,billing=8

PartitionName=short
   AllowGroups=ALL AllowAccounts=ALL AllowQos=ALL
   AllocNodes=ALL Default=NO QoS=N/A
   DefaultTime=00:01:00 DisableRootJobs=NO ExclusiveUser=NO GraceTime=0 Hidden=NO
   MaxNodes=UNLIMITED MaxTime=00:01:00 MinNodes=0 LLN=NO MaxCPUsPerNode=UNLIMITED
   Nodes=n[1-4]
   PriorityJobFactor=1 PriorityTier=1 RootOnly=NO ReqResv=NO OverSubscribe=NO
   OverTimeLimit=NONE PreemptMode=OFF
   State=UP TotalCPUs=8 TotalNodes=4 SelectTypeParameters=NONE
   JobDefaults=(null)
   DefMemPerNode=UNLIMITED MaxMemPerNode=UNLIMITED
   TRES=cpu=8,mem=8000M,node=4,billing=8
`,
  nodes: `main|idle|4|2|2000|0|1|(null)|(null)
short|idle|4|2|2000|0|1|(null)|(null)`,
  config: `Configuration data as of 2026-11-23T02:46:38
AccountingStorageEnforce = associations,limits,qos,safe
AccountingStorageType   = accounting_storage/slurmdbd
DefMemPerCPU            = 100
JobAcctGatherParams     = (null)
MaxArraySize            = 1001
SLURM_VERSION           = 22.05.8
TaskPlugin              = task/cgroup

Cgroup Support Configuration:
ConstrainRAMSpace       = yes`,
  queue: "",
  associations: `Cluster|Account|User|Partition|Share|Priority|GrpJobs|GrpTRES|GrpSubmit|GrpWall|GrpTRESMins|MaxJobs|MaxTRES|MaxTRESPerNode|MaxSubmit|MaxWall|MaxTRESMins|QOS|Def QOS|GrpTRESRunMins
lab|lab|me||1|||||||||||||normal,tiny|normal|`,
  user: `User|Def Acct|Admin
me|lab|None`,
  qos: `Name|Priority|GraceTime|Preempt|PreemptExemptTime|PreemptMode|Flags|UsageThres|UsageFactor|GrpTRES|GrpTRESMins|GrpTRESRunMins|GrpJobs|GrpSubmit|GrpWall|MaxTRES|MaxTRESPerNode|MaxTRESMins|MaxWall|MaxTRESPU|MaxJobsPU|MaxSubmitPU|MaxTRESPA|MaxJobsPA|MaxSubmitPA|MinTRES
normal|0|00:00:00|||cluster|||1.000000|||||||||||||||||
tiny|0|00:00:00|||cluster|||1.000000||||||||||||2|10||||`,
};

/** What `examine-slurm.sh` prints on such a cluster. @param changes of text: from what to what, for some questions */
export function slurmSays(
  changes: Partial<Record<Question, readonly (readonly [from: string | RegExp, to: string])[]>> = {},
  codes: Partial<Record<Question, number>> = {},
): string {
  const questions = Object.keys(PRINTED) as Question[];
  return questions
    .map((question) => {
      let text = PRINTED[question];
      for (const [from, to] of changes[question] ?? []) text = text.replace(from, () => to);
      return `\u001e${question}\n${text}\n\u001e ${codes[question] ?? 0}\n`;
    })
    .join("");
}
