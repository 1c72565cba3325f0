"""The assessment service's requests and answers, resource by resource."""
