{{- define "hookledger.labels" -}}
{{ include "hookledger.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "hookledger.selector" -}}
app.kubernetes.io/name: hookledger
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
