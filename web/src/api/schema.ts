/* Generated from docs/openapi.json by `npm run types`. */
export interface paths {
    "/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in */
        get: operations["session_get"];
        put?: never;
        /** Sign in */
        post: operations["session_start"];
        /** Sign out */
        delete: operations["session_end"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change the own password */
        post: operations["password_change"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All accounts */
        get: operations["accounts_list"];
        put?: never;
        /** A new account */
        post: operations["accounts_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change an account */
        patch: operations["accounts_change"];
        trace?: never;
    };
    "/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The server's own figures */
        get: operations["status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/catalog": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sites, pipes, templates, devices, points */
        get: operations["catalog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/catalog/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Import a CSV file; all or nothing */
        post: operations["catalog_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/catalog/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The catalog as an import file */
        get: operations["catalog_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/values": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Newest value of each point */
        get: operations["values"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Server-sent events: values, alarms, catalog, beat, end (schemas LiveValues, LiveAlarms, ...) */
        get: operations["live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/points/{id}/samples": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Samples as they came */
        get: operations["samples"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/points/{id}/verdict": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Why a sample is not good */
        get: operations["verdict"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/trend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Points over a range in buckets, or raw when few */
        get: operations["trend"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/trend.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Points over a range as one table */
        get: operations["trend_csv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/alarms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Active alarms or their history, newest first */
        get: operations["alarms"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/alarms/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Acknowledge */
        post: operations["alarms_acknowledge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/terminals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Terminals and the states of their devices */
        get: operations["terminals"];
        put?: never;
        /** Enrol a terminal; an existing code gets a new certificate */
        post: operations["terminals_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/terminals/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Let a terminal in or shut it out */
        patch: operations["terminals_change"];
        trace?: never;
    };
    "/terminals/{code}/completeness": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Samples received and expected, by device */
        get: operations["completeness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/devices/{id}/gaps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where samples are missing */
        get: operations["gaps"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The raw log, newest first */
        get: operations["log"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/log/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One record, its frame decoded */
        get: operations["log_record"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether frames can be taken */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/uplink/v1/frames": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Frames of a terminal (proto/uplink.proto, docs/uplink.md) */
        post: operations["uplink_frames"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/uplink/v1/configuration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the terminal has to poll (docs/uplink.md) */
        get: operations["uplink_configuration"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Keys of programs */
        get: operations["tokens_list"];
        put?: never;
        /** Make a key for a program; shown once */
        post: operations["tokens_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** The key opens nothing any more */
        delete: operations["tokens_remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/prometheus/api/v1/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** PromQL at one moment */
        get: operations["prometheus_query"];
        put?: never;
        /** PromQL at one moment */
        post: operations["prometheus_query_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/prometheus/api/v1/query_range": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** PromQL over a range */
        get: operations["prometheus_query_range"];
        put?: never;
        /** PromQL over a range */
        post: operations["prometheus_query_range_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/prometheus/api/v1/labels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Names of labels */
        get: operations["prometheus_labels"];
        put?: never;
        /** Names of labels */
        post: operations["prometheus_labels_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/prometheus/api/v1/label/{name}/values": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Values of a label */
        get: operations["prometheus_label_values"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/prometheus/api/v1/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Series that match */
        get: operations["prometheus_series"];
        put?: never;
        /** Series that match */
        post: operations["prometheus_series_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/prometheus/api/v1/metadata": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Kind, unit and name of each metric of the catalog */
        get: operations["prometheus_metadata"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/prometheus/api/v1/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Always empty: alarms are under /api/v1/alarms */
        get: operations["prometheus_rules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/prometheus/api/v1/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Always empty: alarms are under /api/v1/alarms */
        get: operations["prometheus_alerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/prometheus/api/v1/targets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Always empty: nothing is scraped */
        get: operations["prometheus_targets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/prometheus/api/v1/query_exemplars": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Always empty */
        get: operations["prometheus_exemplars"];
        put?: never;
        /** Always empty */
        post: operations["prometheus_exemplars_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/prometheus/api/v1/status/buildinfo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The version whose answers are given */
        get: operations["prometheus_buildinfo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/prometheus/api/v1/write": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Prometheus remote write 1.0: snappy block of protobuf */
        post: operations["remote_write"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/write": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** InfluxDB 1 line protocol; gzip is understood */
        post: operations["influx_write"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/write": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** InfluxDB 2 line protocol; gzip is understood */
        post: operations["influx_write_2"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is somebody there? */
        get: operations["influx_ping"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** CREATE DATABASE and SHOW DATABASES of InfluxDB 1, for clients that ask them */
        get: operations["influx_query"];
        put?: never;
        /** CREATE DATABASE and SHOW DATABASES of InfluxDB 1, for clients that ask them */
        post: operations["influx_query_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The server about itself, text exposition 0.0.4 */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Many points at once: aggregated, aligned, gaps filled */
        get: operations["history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dump": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every sample of a range, page by page; resumable */
        get: operations["dump"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/points/{id}/corrections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was put in place of what, by whom, and why */
        get: operations["corrections_list"];
        put?: never;
        /** Put values in place of others; the originals are kept */
        post: operations["corrections_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/prometheus/api/v1/format_query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A query laid out anew */
        get: operations["prometheus_format"];
        put?: never;
        /** A query laid out anew */
        post: operations["prometheus_format_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Problem: {
            type: string;
            title: string;
            status: number;
            detail: string;
            /** @description a word a program can act on */
            code: string;
            /** @description errors found, kept in `errors` or not */
            errors_total?: number;
            errors?: {
                /** @description line of the input, 0 = as a whole */
                line: number;
                field: string;
                text: string;
            }[];
        };
        /** @enum {string} */
        Right: "watch" | "acknowledge" | "examine" | "configure" | "administer" | "history.read" | "history.write" | "metrics";
        /** @enum {string} */
        Role: "administrator" | "operator" | "user";
        Account: {
            id: number;
            name: string;
            full_name: string;
            role: components["schemas"]["Role"];
            enabled: boolean;
            must_change_password: boolean;
            /**
             * Format: int64
             * @description UTC milliseconds since 1970; null = never
             */
            last_login_ms: number | null;
            /**
             * Format: int64
             * @description UTC milliseconds since 1970; null = never
             */
            locked_until_ms: number | null;
        };
        AccountMade: components["schemas"]["Account"] & {
            /** @description shown this once only */
            one_time_password: string;
        };
        AccountChanged: components["schemas"]["Account"] & {
            /** @description when it was reset; shown this once only */
            one_time_password?: string;
        };
        Session: {
            account: components["schemas"]["Account"];
            rights: components["schemas"]["Right"][];
            csrf_token: string;
            must_change_password: boolean;
            /**
             * Format: int64
             * @description UTC milliseconds since 1970
             */
            expires_ms: number;
            /** @enum {string} */
            language: "zh" | "en";
        };
        Status: {
            version: string;
            /**
             * Format: int64
             * @description UTC milliseconds since 1970
             */
            started_ms: number;
            /**
             * Format: int64
             * @description UTC milliseconds since 1970
             */
            now_ms: number;
            time_zone: string;
            /** @enum {string} */
            state: "ok" | "no_space" | "failed";
            state_text: string;
            points: number;
            devices: number;
            terminals: number;
            frames_stored: number;
            frames_rejected: number;
            /** @description taken since the server started */
            samples: number;
            /**
             * Format: int64
             * @description UTC milliseconds since 1970; null = never
             */
            last_frame_ms: number | null;
            memory_bytes: number;
            disk_free_bytes: number;
            disk_size_bytes: number;
            raw_log_bytes: number;
            history_bytes: number;
            history_samples: number;
            raw_log_last_number: number;
            subscribers: number;
        };
        Health: {
            /** @enum {string} */
            state: "ok" | "no_space" | "failed";
            text: string;
        };
        /** @enum {string} */
        SiteType: "company" | "district" | "source" | "branch" | "station" | "building" | "household";
        Site: {
            id: number;
            code: string;
            name: string;
            name_en: string;
            type: components["schemas"]["SiteType"];
            parent: number | null;
            area_m2: number | null;
            x_m: number | null;
            y_m: number | null;
        };
        Pipe: {
            id: number;
            code: string;
            /** @description site */
            from: number;
            /** @description site */
            to: number;
            length_m: number | null;
            diameter_mm: number | null;
        };
        /** @enum {string} */
        Quantity: "temperature" | "pressure" | "flow" | "power" | "heat" | "electric_power" | "electricity" | "volume" | "position" | "frequency" | "level" | "duration" | "state" | "bits" | "number";
        TemplatePoint: {
            id: number;
            key: string;
            name: string;
            name_en: string;
            quantity: components["schemas"]["Quantity"];
            unit: string;
            decimals: number;
            range_low: number | null;
            range_high: number | null;
            low_low: number | null;
            low: number | null;
            high: number | null;
            high_high: number | null;
            dead_band: number;
            delay_s: number;
            /** @description 1 (urgent) to 4, of low_low and high_high */
            priority_outer: number;
            /** @description 1 to 4, of low and high */
            priority_inner: number;
            /** @description bits: "0:1:中文|English;…" = bit:priority:words; state: "停止|stopped;运行|running"; may be empty */
            bits: string;
            /** @description what its neighbours must say (docs/import.md), "" = none */
            rules: string;
        };
        Template: {
            id: number;
            code: string;
            name: string;
            name_en: string;
            protocol: string;
            picture: string;
            points: components["schemas"]["TemplatePoint"][];
        };
        Device: {
            id: number;
            code: string;
            name: string;
            name_en: string;
            site: number;
            template: number;
            /** @description code; null = not collected */
            terminal: string | null;
            address: string;
            cycle_s: number;
            /** @description id of the point that belongs to the template's points[i] */
            points: number[];
        };
        Catalog: {
            version: number;
            time_zone: string;
            sites: components["schemas"]["Site"][];
            pipes: components["schemas"]["Pipe"][];
            templates: components["schemas"]["Template"][];
            devices: components["schemas"]["Device"][];
        };
        ImportCount: {
            created: number;
            changed: number;
            unchanged: number;
        };
        ImportResult: {
            dry_run: boolean;
            version: number;
            sites: components["schemas"]["ImportCount"];
            pipes: components["schemas"]["ImportCount"];
            templates: components["schemas"]["ImportCount"];
            points: components["schemas"]["ImportCount"];
            devices: components["schemas"]["ImportCount"];
        };
        /** @description [point, value, quality, time_ms, received_ms]; times null = never heard */
        Value: [
            number,
            number | null,
            number,
            number | null,
            number | null
        ];
        Values: {
            /**
             * Format: int64
             * @description UTC milliseconds since 1970
             */
            now_ms: number;
            values: components["schemas"]["Value"][];
        };
        Samples: {
            point: number;
            unit: string;
            samples: [
                number,
                number | null,
                number
            ][];
            truncated: boolean;
        };
        /** @enum {string} */
        TrendColumn: "time_ms" | "min" | "max" | "mean" | "n" | "bad_n" | "value" | "quality";
        TrendSeries: {
            point: number;
            columns: components["schemas"]["TrendColumn"][];
            rows: (number | null)[][];
        };
        Trend: {
            /**
             * Format: int64
             * @description UTC milliseconds since 1970
             */
            from_ms: number;
            /**
             * Format: int64
             * @description UTC milliseconds since 1970
             */
            to_ms: number;
            raw: boolean;
            series: components["schemas"]["TrendSeries"][];
        };
        /** @enum {string} */
        AlarmKind: "low_low" | "low" | "high" | "high_high" | "implausible" | "frozen" | "communication" | "terminal" | "fault_bit";
        /** @enum {string} */
        AlarmState: "unacknowledged" | "acknowledged" | "returned" | "closed";
        /** @description one a priority, 1 first */
        AlarmCounts: [
            [
                number,
                number
            ],
            [
                number,
                number
            ],
            [
                number,
                number
            ],
            [
                number,
                number
            ]
        ];
        Alarm: {
            id: number;
            kind: components["schemas"]["AlarmKind"];
            priority: number;
            site: number | null;
            device: number | null;
            point: number | null;
            bit: number | null;
            text: string;
            text_en: string;
            limit: number | null;
            unit: string;
            value_at_raise: number | null;
            value_now: number | null;
            quality_now: number | null;
            extreme: number | null;
            /**
             * Format: int64
             * @description UTC milliseconds since 1970
             */
            raised_ms: number;
            /**
             * Format: int64
             * @description UTC milliseconds since 1970; null = never
             */
            returned_ms: number | null;
            late: boolean;
            /**
             * Format: int64
             * @description UTC milliseconds since 1970; null = never
             */
            acknowledged_ms: number | null;
            acknowledged_by: string | null;
            note: string | null;
            state: components["schemas"]["AlarmState"];
        };
        Alarms: {
            alarms: components["schemas"]["Alarm"][];
            counts: components["schemas"]["AlarmCounts"];
            more: boolean;
        };
        Acknowledged: {
            acknowledged: number[];
            already: number[];
        };
        /** @enum {string} */
        DeviceState: "online" | "partial" | "offline" | "unknown";
        TerminalDevice: {
            id: number;
            state: components["schemas"]["DeviceState"];
            /**
             * Format: int64
             * @description UTC milliseconds since 1970; null = never
             */
            since_ms: number | null;
            /**
             * Format: int64
             * @description UTC milliseconds since 1970; null = never
             */
            answered_ms: number | null;
            response_ms: number | null;
            error: string;
        };
        Terminal: {
            code: string;
            name: string;
            enabled: boolean;
            connected: boolean;
            /**
             * Format: int64
             * @description UTC milliseconds since 1970; null = never
             */
            last_frame_ms: number | null;
            /**
             * Format: int64
             * @description UTC milliseconds since 1970; null = never
             */
            last_transmitted_ms: number | null;
            /** @description 16 hex digits */
            spool: string | null;
            last_sequence: number | null;
            missing_sequences: number;
            frames_stored: number;
            frames_duplicate: number;
            frames_rejected: number;
            /** @description terminal's clock minus ours, delay of the way included */
            clock_offset_ms: number | null;
            /**
             * Format: int64
             * @description UTC milliseconds since 1970; null = never
             */
            started_ms: number | null;
            spool_frames: number | null;
            spool_bytes: number | null;
            dropped_frames: number | null;
            missed_polls: number | null;
            memory_bytes: number | null;
            version: string;
            devices: components["schemas"]["TerminalDevice"][];
        };
        TerminalMade: {
            code: string;
            /** @description PEM */
            certificate: string;
            /** @description PEM; not kept by the server */
            key: string;
            /** @description PEM */
            authority: string;
            /** @description address of the uplink door */
            server: string;
        };
        CompletenessDevice: {
            device: number;
            expected: number;
            received: number;
            percent: number | null;
            steps: [
                number,
                number,
                number
            ][];
        };
        CompletenessTotal: {
            expected: number;
            received: number;
            percent: number | null;
            steps: [
                number,
                number,
                number
            ][];
        };
        Completeness: {
            devices: components["schemas"]["CompletenessDevice"][];
            total: components["schemas"]["CompletenessTotal"];
        };
        Gaps: {
            gaps: {
                /**
                 * Format: int64
                 * @description UTC milliseconds since 1970
                 */
                from_ms: number;
                /**
                 * Format: int64
                 * @description UTC milliseconds since 1970
                 */
                to_ms: number;
                /** @description samples */
                missing: number;
            }[];
        };
        LogRecord: {
            number: number;
            /**
             * Format: int64
             * @description UTC milliseconds since 1970
             */
            received_ms: number;
            terminal: string;
            /** @description 16 hex digits */
            spool: string;
            sequence: number;
            /** @description CRC-32C as received, 8 hex digits */
            check_code: string;
            /** @enum {string} */
            verdict: "stored" | "duplicate" | "damaged" | "refused";
            why: string;
            bytes: number;
        };
        Log: {
            records: components["schemas"]["LogRecord"][];
            more: boolean;
        };
        FrameStatus: {
            device: number;
            state: components["schemas"]["DeviceState"];
            /**
             * Format: int64
             * @description UTC milliseconds since 1970; null = never
             */
            since_ms: number | null;
            /**
             * Format: int64
             * @description UTC milliseconds since 1970; null = never
             */
            answered_ms: number | null;
            polls: number;
            failures: number;
            response_ms: number;
            error: string;
        };
        FrameBlock: {
            device: number;
            times_ms: number[];
            points: number[];
            /** @description column after column */
            values: (number | null)[][];
            qualities: number[][];
        };
        FrameTerminalStatus: {
            /**
             * Format: int64
             * @description UTC milliseconds since 1970
             */
            started_ms: number;
            spool_frames: number;
            spool_bytes: number;
            dropped_frames: number;
            missed_polls: number;
            memory_bytes: number;
            version: string;
        };
        Frame: {
            /**
             * Format: int64
             * @description UTC milliseconds since 1970
             */
            transmitted_ms: number;
            status: components["schemas"]["FrameStatus"][];
            blocks: components["schemas"]["FrameBlock"][];
            terminal_status: components["schemas"]["FrameTerminalStatus"] | null;
        };
        LogRecordWhole: components["schemas"]["LogRecord"] & {
            /** @description null when the bytes make no frame or are not kept */
            frame: components["schemas"]["Frame"] | null;
            hex: string;
        };
        /** @description data of the event `values` */
        LiveValues: {
            /**
             * Format: int64
             * @description UTC milliseconds since 1970
             */
            t: number;
            v: [
                number,
                number | null,
                number,
                number | null
            ][];
        };
        /** @description data of the event `alarms` */
        LiveAlarms: {
            counts: components["schemas"]["AlarmCounts"];
            changed: components["schemas"]["Alarm"][];
        };
        /** @description data of the event `catalog` */
        LiveCatalog: {
            version: number;
        };
        /** @description data of the event `beat` */
        LiveBeat: {
            /**
             * Format: int64
             * @description UTC milliseconds since 1970
             */
            t: number;
        };
        /** @description data of the event `end` */
        LiveEnd: {
            /** @enum {string} */
            code: "signed_out" | "forbidden" | "shutdown";
        };
        ConfigurationPoint: {
            key: string;
            address: string;
            factor: number | null;
            offset: number | null;
            quantity: components["schemas"]["Quantity"];
            range_low: number | null;
            range_high: number | null;
            rate_high: number | null;
            frozen_s: number | null;
            /** @description what its neighbours must say (docs/import.md), "" = none */
            rules: string;
        };
        ConfigurationTemplate: {
            id: number;
            code: string;
            protocol: string;
            points: components["schemas"]["ConfigurationPoint"][];
        };
        ConfigurationDevice: {
            id: number;
            code: string;
            address: string;
            protocol: string;
            cycle_ms: number;
            template: number;
            points: (number | null)[];
        };
        Configuration: {
            version: number;
            terminal: string;
            devices: components["schemas"]["ConfigurationDevice"][];
            templates: components["schemas"]["ConfigurationTemplate"][];
        };
        Token: {
            id: number;
            name: string;
            rights: ("history.read" | "history.write" | "series.create")[];
            made_by: string;
            /**
             * Format: int64
             * @description UTC milliseconds since 1970
             */
            made_ms: number;
            /** Format: int64 */
            expires_ms: number | null;
            /**
             * Format: int64
             * @description since the server's start
             */
            used_ms: number | null;
            /** @description only in the answer that makes it */
            token?: string;
        };
        Verdict: {
            /** Format: int64 */
            time_ms: number;
            value: number | null;
            quality: number;
            word: string;
            /** @description range_low, range_high, rate_high, frozen_s, rises, above, below, near, needs, heat */
            rule?: string;
            /** @description key of the neighbour it was compared with, "" = none */
            other?: string;
            measured?: number | null;
            /** @enum {string} */
            sign?: "<=" | ">=";
            limit?: number | null;
            unit?: string;
        };
    };
    responses: {
        /** @description What went wrong */
        Problem: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    session_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description Nobody is signed in */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    session_start: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    password: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            401: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    session_end: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    password_change: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    old: string;
                    new: string;
                };
            };
        };
        responses: {
            /** @description Changed; other sessions of the person end */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    accounts_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        accounts: components["schemas"]["Account"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    accounts_add: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    role: components["schemas"]["Role"];
                    full_name?: string;
                };
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountMade"];
                };
            };
            400: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    accounts_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    role?: components["schemas"]["Role"];
                    full_name?: string;
                    enabled?: boolean;
                    reset_password?: boolean;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountChanged"];
                };
            };
            400: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    catalog: {
        parameters: {
            query?: {
                /** @description 0 leaves sites of type household and their devices out */
                households?: 0 | 1;
            };
            header?: {
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Catalog"];
                };
            };
            /** @description Not changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    catalog_import: {
        parameters: {
            query?: {
                dry_run?: 0 | 1;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/csv": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportResult"];
                };
            };
            422: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    catalog_export: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    values: {
        parameters: {
            query?: {
                /** @description ids separated by commas, or all */
                points?: string;
                /** @description all points of a device */
                device?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Values"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    live: {
        parameters: {
            query?: {
                /** @description ids separated by commas, or all */
                points?: string;
                /** @description 1 = also alarms */
                alarms?: 0 | 1;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            429: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    samples: {
        parameters: {
            query: {
                /** @description first instant: UTC ms or RFC 3339 */
                from: number | string;
                /** @description first instant behind the range */
                to: number | string;
                /** @description rows; more than 1000000 are taken as that many */
                limit?: number;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Samples"];
                    "text/csv": string;
                };
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    verdict: {
        parameters: {
            query: {
                /** @description instant of the sample, UTC ms */
                time: number;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Verdict"];
                };
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    trend: {
        parameters: {
            query: {
                /** @description ids separated by commas, or all */
                points: string;
                /** @description first instant: UTC ms or RFC 3339 */
                from: number | string;
                /** @description first instant behind the range */
                to: number | string;
                buckets?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trend"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    trend_csv: {
        parameters: {
            query: {
                /** @description ids separated by commas, or all */
                points: string;
                /** @description first instant: UTC ms or RFC 3339 */
                from: number | string;
                /** @description first instant behind the range */
                to: number | string;
                step?: "raw" | "hour" | "day";
                language?: "zh" | "en";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    alarms: {
        parameters: {
            query?: {
                state?: "active" | "history";
                /** @description first instant: UTC ms or RFC 3339 */
                from?: number | string;
                /** @description first instant behind the range */
                to?: number | string;
                /** @description part of the text or the site's name */
                search?: string;
                /** @description and beneath */
                site?: number;
                /** @description rows; more than 10000 are taken as that many */
                limit?: number;
                /** @description alarms with a smaller id */
                before?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alarms"];
                    "text/csv": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    alarms_acknowledge: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    alarms: number[];
                    note?: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Acknowledged"];
                };
            };
            400: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    terminals: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        terminals: components["schemas"]["Terminal"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    terminals_add: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    code: string;
                    name?: string;
                };
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TerminalMade"];
                };
            };
            400: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    terminals_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    enabled: boolean;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Terminal"];
                };
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    completeness: {
        parameters: {
            query: {
                /** @description first instant: UTC ms or RFC 3339 */
                from: number | string;
                /** @description first instant behind the range */
                to: number | string;
                step?: "hour" | "day";
                /** @description this one only */
                device?: number;
            };
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Completeness"];
                };
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    gaps: {
        parameters: {
            query: {
                /** @description first instant: UTC ms or RFC 3339 */
                from: number | string;
                /** @description first instant behind the range */
                to: number | string;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gaps"];
                };
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    log: {
        parameters: {
            query?: {
                /** @description first instant: UTC ms or RFC 3339 */
                from?: number | string;
                /** @description first instant behind the range */
                to?: number | string;
                /** @description code */
                terminal?: string;
                verdict?: "stored" | "duplicate" | "damaged" | "refused";
                /** @description part of the code, check code, sequence or reason */
                search?: string;
                /** @description records with a smaller number */
                before?: number;
                /** @description rows; more than 10000 are taken as that many */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Log"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    log_record: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogRecordWhole"];
                };
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Frames are not taken now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    uplink_frames: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-protobuf": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-protobuf": string;
                };
            };
            400: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    uplink_configuration: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Configuration"];
                };
            };
            /** @description Not changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    tokens_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        tokens: components["schemas"]["Token"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    tokens_add: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    rights: ("history.read" | "history.write" | "series.create")[];
                    /** Format: int64 */
                    expires_ms?: number;
                };
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"];
                };
            };
            409: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    tokens_remove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    prometheus_query: {
        parameters: {
            query: {
                /** @description PromQL */
                query: string;
                /** @description seconds since 1970 or RFC 3339; default now */
                time?: string;
                /** @description at most 30s */
                timeout?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description status success and data, as Prometheus */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        data?: unknown;
                    };
                };
            };
            /** @description status error, errorType, error */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    prometheus_query_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description the same parameters as a form */
        requestBody?: {
            content: {
                "application/x-www-form-urlencoded": Record<string, never>;
            };
        };
        responses: {
            /** @description status success and data, as Prometheus */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        data?: unknown;
                    };
                };
            };
            /** @description status error, errorType, error */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    prometheus_query_range: {
        parameters: {
            query: {
                /** @description PromQL */
                query: string;
                /** @description first moment */
                start: string;
                /** @description last moment */
                end: string;
                /** @description seconds or duration */
                step: string;
                /** @description at most 30s */
                timeout?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description status success and data, as Prometheus */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        data?: unknown;
                    };
                };
            };
            /** @description status error, errorType, error */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    prometheus_query_range_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description the same parameters as a form */
        requestBody?: {
            content: {
                "application/x-www-form-urlencoded": Record<string, never>;
            };
        };
        responses: {
            /** @description status success and data, as Prometheus */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        data?: unknown;
                    };
                };
            };
            /** @description status error, errorType, error */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    prometheus_labels: {
        parameters: {
            query?: {
                /** @description series selectors */
                "match[]"?: string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description status success and data, as Prometheus */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        data?: unknown;
                    };
                };
            };
            /** @description status error, errorType, error */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    prometheus_labels_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description the same parameters as a form */
        requestBody?: {
            content: {
                "application/x-www-form-urlencoded": Record<string, never>;
            };
        };
        responses: {
            /** @description status success and data, as Prometheus */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        data?: unknown;
                    };
                };
            };
            /** @description status error, errorType, error */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    prometheus_label_values: {
        parameters: {
            query?: {
                /** @description series selectors */
                "match[]"?: string[];
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description status success and data, as Prometheus */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        data?: unknown;
                    };
                };
            };
            /** @description status error, errorType, error */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    prometheus_series: {
        parameters: {
            query?: {
                /** @description series selectors, at least one */
                "match[]"?: string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description status success and data, as Prometheus */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        data?: unknown;
                    };
                };
            };
            /** @description status error, errorType, error */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    prometheus_series_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description the same parameters as a form */
        requestBody?: {
            content: {
                "application/x-www-form-urlencoded": Record<string, never>;
            };
        };
        responses: {
            /** @description status success and data, as Prometheus */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        data?: unknown;
                    };
                };
            };
            /** @description status error, errorType, error */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    prometheus_metadata: {
        parameters: {
            query?: {
                /** @description only this one */
                metric?: string;
                /** @description at most so many */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description status success and data, as Prometheus */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        data?: unknown;
                    };
                };
            };
            /** @description status error, errorType, error */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    prometheus_rules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description status success and data, as Prometheus */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        data?: unknown;
                    };
                };
            };
            /** @description status error, errorType, error */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    prometheus_alerts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description status success and data, as Prometheus */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        data?: unknown;
                    };
                };
            };
            /** @description status error, errorType, error */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    prometheus_targets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description status success and data, as Prometheus */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        data?: unknown;
                    };
                };
            };
            /** @description status error, errorType, error */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    prometheus_exemplars: {
        parameters: {
            query?: {
                /** @description PromQL */
                query?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description status success and data, as Prometheus */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        data?: unknown;
                    };
                };
            };
            /** @description status error, errorType, error */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    prometheus_exemplars_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description the same parameters as a form */
        requestBody?: {
            content: {
                "application/x-www-form-urlencoded": Record<string, never>;
            };
        };
        responses: {
            /** @description status success and data, as Prometheus */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        data?: unknown;
                    };
                };
            };
            /** @description status error, errorType, error */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    prometheus_buildinfo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description status success and data, as Prometheus */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        data?: unknown;
                    };
                };
            };
            /** @description status error, errorType, error */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    remote_write: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-protobuf": string;
            };
        };
        responses: {
            /** @description All of it is durable */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description text: what was not taken */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description cannot be stored now: send it again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    influx_write: {
        parameters: {
            query: {
                /** @description any name; needed */
                db: string;
                /** @description ns (default), us, ms, s; version 1 also n, u, m, h */
                precision?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/plain": string;
            };
        };
        responses: {
            /** @description All of it is durable */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description {"error":"..."}: what was not taken */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description cannot be stored now: send it again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    influx_write_2: {
        parameters: {
            query?: {
                /** @description not looked at */
                org?: string;
                /** @description not looked at */
                bucket?: string;
                /** @description ns (default), us, ms, s; version 1 also n, u, m, h */
                precision?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/plain": string;
            };
        };
        responses: {
            /** @description All of it is durable */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description {"code","message"}: what was not taken */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description cannot be stored now: send it again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    influx_ping: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description yes */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    influx_query: {
        parameters: {
            query: {
                /** @description InfluxQL */
                q: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    influx_query_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/x-www-form-urlencoded": Record<string, never>;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    history: {
        parameters: {
            query: {
                /** @description first instant: UTC ms or RFC 3339 */
                from: string;
                /** @description first instant behind the range */
                to: string;
                /** @description ids separated by commas, or all */
                points?: string;
                /** @description id of a device */
                device?: number;
                /** @description series selector of PromQL */
                match?: string;
                /** @description hour, day or a duration; default 1h */
                step?: string;
                /** @description list of mean, min, max, sum, count, first, last, increase, bad; default mean */
                aggregate?: string;
                /** @description none (default), null, previous, linear */
                fill?: string;
                /** @description from: steps begin at from */
                align?: string;
                /** @description json (default), csv, xlsx, packed */
                format?: string;
                /** @description zh or en, of heads */
                language?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        step_ms: number | null;
                        columns: string[];
                        series: {
                            point: number;
                            name: string;
                            rows: (number | null)[][];
                        }[];
                    };
                    "text/csv": string;
                    "application/octet-stream": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    dump: {
        parameters: {
            query: {
                /** @description first instant: UTC ms or RFC 3339 */
                from: string;
                /** @description first instant behind the range */
                to: string;
                /** @description ids separated by commas, or all */
                points?: string;
                /** @description id of a device */
                device?: number;
                /** @description series selector of PromQL */
                match?: string;
                /** @description samples a page, at most 1000000 */
                limit?: number;
                /** @description X-Next-Cursor of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description where the next page begins; absent on the last */
                    "X-Next-Cursor"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    corrections_list: {
        parameters: {
            query?: {
                /** @description of the values corrected */
                from?: string;
                /** @description of the values corrected */
                to?: string;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        point: number;
                        corrections: {
                            id: number;
                            /** Format: int64 */
                            made_ms: number;
                            author: string;
                            reason: string;
                            /** @description [time_ms, old value, old quality, new value, new quality] */
                            values: (number | string | null)[][];
                        }[];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    corrections_add: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    values: number[][];
                    reason: string;
                    /** @enum {string} */
                    quality?: "hand_set" | "estimated";
                };
            };
        };
        responses: {
            /** @description Durable */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: number;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    prometheus_format: {
        parameters: {
            query: {
                /** @description PromQL */
                query: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description status success and data, as Prometheus */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        data?: unknown;
                    };
                };
            };
            /** @description status error, errorType, error */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    prometheus_format_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description the same parameters as a form */
        requestBody?: {
            content: {
                "application/x-www-form-urlencoded": Record<string, never>;
            };
        };
        responses: {
            /** @description status success and data, as Prometheus */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "success";
                        data?: unknown;
                    };
                };
            };
            /** @description status error, errorType, error */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            /** @description status error, errorType, error */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "error";
                        /** @enum {string} */
                        errorType: "bad_data" | "execution" | "timeout";
                        error: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
}
